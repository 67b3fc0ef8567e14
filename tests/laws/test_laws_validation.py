"""The law of validation: all rules in one find what each finds by itself, in the same order."""

from __future__ import annotations

import re
from contextlib import suppress
from random import Random

import pytest
from graphql import DocumentNode, GraphQLSyntaxError, parse, validate
from law_volume import THOROUGH
from law_worlds import GRAPHS, world_of

from resolvers.documents.introspection import together
from resolvers.documents.validation import MOST, RULES, faults_in

DOCUMENTS = 500 if THOROUGH else 100
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\.\.\.|[-+\w$@.]+|\S')


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("make", GRAPHS, ids=lambda make: make.__name__)
async def test_what_is_wrong_is_told_as_graphql_core_tells_it(make):
    """Of valid documents, and of those in which words are missing, doubled or exchanged."""
    world, spoilt = await world_of(make.__name__, make()), 0
    core = world.core
    for seed in range(DOCUMENTS):
        document = _spoilt(world.operation(seed).text, Random(seed))  # noqa: S311
        expected = together(validate(core, document, RULES, max_errors=MOST))
        assert _told(faults_in(core, document)) == _told(expected)
        spoilt += bool(expected)
    assert DOCUMENTS / 4 < spoilt < DOCUMENTS


def _told(errors):
    return [(error.message, error.locations) for error in errors]


def _spoilt(text: str, random: Random) -> DocumentNode:
    """The document with some of its words changed, so that it can still be read."""
    words = TOKEN.findall(text)
    for _ in range(random.randrange(6)):
        at = random.randrange(len(words))
        put = random.choice([[], [words[at]] * 2, [random.choice(words)]])
        changed = [*words[:at], *put, *words[at + 1 :]]
        with suppress(GraphQLSyntaxError):
            parse(" ".join(changed))
            words = changed
    return parse(" ".join(words))
