"""The law of parsing: documents are read as graphql-core reads them, and refused as it does."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from graphql import GraphQLError, Node, parse
from law_volume import THOROUGH
from law_worlds import GRAPHS, world_of

from resolvers.documents.parsing import parsed

SPOILT = 20_000 if THOROUGH else 300
PIECES = (
    *("{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "|", "&", "=", "...", "..", ".", "?", "'"),
    *(
        " ",
        ",",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\ufeff",
        "#",
        "# a\n",
        "#\ud800\n",
        "# \u2028 b\r",
        "\x00",
    ),
    *(
        '"',
        '""',
        '"""',
        '"a"',
        '"\\n"',
        '"\\u00e9"',
        '"\\',
        '"\x01\u2028"',
        '"\ud83d"',
        '"""a\n b"""',
    ),
    *("0", "-0", "-", "01", "1", "12x", "1.5", "-1.5e3", "1e", "1.", ".5", "3_", "9" * 30),
    *("a", "_", "A9", "é", "on", "fragment", "query", "true", "null", "\ud800", "\U0001f6eb"),
)
WITH_EVERYTHING = (
    'query Q($a: Int = 1, $b: [S!]! = ["x", """y""", ""]) @d(if: $a) { ...F ... on T { a } }'
    " fragment F on T @d { b: a(c: {d: -1.5, e: [E, true, null, $a]}) # not this\n }"
)
OF_TYPES = (
    '"""A type""" type T implements I & J { "f" f(a: Int = 0): [T!]! @d }'
    " scalar S union U = | A | B"
)
TEXTS = ("{ a }", WITH_EVERYTHING, OF_TYPES, '"About it" query { a }', "")


@pytest.mark.parametrize("make", GRAPHS, ids=lambda make: make.__name__)
async def test_documents_have_the_trees_of_graphql_core(make):
    """With all that is told of places."""
    world = await world_of(make.__name__, make())
    for seed in range(20):
        text = world.operation(seed).text
        assert _told(parsed, text) == _told(parse, text)


@pytest.mark.parametrize("text", TEXTS)
def test_texts_with_anything_in_them_are_read_or_refused_alike(text):
    """Whatever is put into them, or left out."""
    random = Random(text)  # noqa: S311
    for _ in range(SPOILT):
        spoilt = list(text)
        for _ in range(random.randrange(4)):
            at = random.randrange(len(spoilt) + 1)
            spoilt[at : at + random.randrange(3)] = random.choice(PIECES)
        whole = "".join(spoilt)
        assert _told(parsed, whole) == _told(parse, whole), whole


def _told(read: Any, text: str) -> Any:
    """The tree, or what is wrong and where."""
    try:
        return _tree(read(text, None) if read is parsed else read(text))
    except GraphQLError as error:
        return error.message, error.locations


def _tree(found: Any) -> Any:
    if isinstance(found, Node):
        inside = [(key, _tree(getattr(found, key))) for key in found.keys if key != "loc"]
        return found.kind, found.loc and (found.loc.start, found.loc.end), inside
    return [_tree(each) for each in found] if isinstance(found, tuple) else found
