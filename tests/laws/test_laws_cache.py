"""The law of the entity cache: where nothing changes, no answer shows whether there is one."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from random import Random
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from law_operations import Operation, operation_of
from law_volume import ANEW, THOROUGH
from law_worlds import World, library, world_of

from auth import ANONYMOUS
from edge.errors import told
from tests.library.library import Library
from tests.library.sources import DictCache

pytestmark = pytest.mark.timeout(1800 if THOROUGH else 120)
ANY = settings(
    max_examples=400 if THOROUGH else 60,
    deadline=None,
    database=None,
    derandomize=not ANEW,
    suppress_health_check=list(HealthCheck),
)
RANDOM = st.randoms(use_true_random=False)
NEAR = st.builds(
    "{{ books {{ nodes {{ reviews(first: {}, where: {{stars: {{{}: {}}}}}, orderBy: {{stars: {}}})"
    " {{ {} }} }} }} }}".format,
    st.integers(1, 2),
    st.sampled_from(["gt", "lt"]),
    st.integers(1, 4),
    st.sampled_from(["ASC", "DESC"]),
    st.sampled_from(["totalCount", "nodes { stars }", "totalCount edges { cursor node { id } }"]),
).map(Operation)
"""Operations that ask for nearly the same."""

MIXED = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["core", "direct"])), max_size=6)


@pytest.fixture(scope="module")
async def world() -> World:
    """What is known of the library's rows, so that operations find some."""
    return await world_of("library", library())


def _operations(world: World, randoms: Iterable[Random]) -> list[Operation]:
    asked = [operation_of(world.core, random, world.known, world.cursors) for random in randoms]
    assume(not any(validate(world.core, parse(operation.text)) for operation in asked))
    return asked


async def _answer(library: Library, operation: Operation, way: str) -> Any:
    """From the library's one graph, and so from what is kept of earlier requests."""
    context, values = library.graph.context(ANONYMOUS), dict(operation.variables[0])
    found = library.graph.operations.find(operation.text, operation.name)
    if way == "direct" and found and (answered := await found.run(context, values)):
        data = None if answered.data is None else json.loads(answered.data)
        errors = [told(error, before_execution=False) for error in answered.errors]
    else:
        result = await library.graph.schema.execute(
            operation.text,
            variable_values=values,
            operation_name=operation.name,
            context_value=context,
        )
        data = orjson.loads(orjson.dumps(result.data))
        errors = [told(error, before_execution=False) for error in result.errors or ()]
    plain = [re.sub(r'"traceId": "\w+"', "", json.dumps(e, sort_keys=True)) for e in errors]
    return data, sorted(plain) if data else bool(plain)


def _libraries() -> list[Library]:
    cache = DictCache()
    return [
        Library(cache=cache),
        Library(local_bytes=10**6),
        Library(cache=cache, local_bytes=10**6),
        Library(local_bytes=30_000),  # too little for all
    ]


@given(st.lists(RANDOM, max_size=3), st.lists(NEAR, min_size=1, max_size=4), MIXED)
@ANY
async def test_with_a_cache_and_without_are_alike(world, randoms, near, order):
    """Some operations, again and again, by both ways of completion, in Redis and in the process."""
    asked = _operations(world, randoms) or near
    turns = [(asked[number % len(asked)], way) for number, way in order]
    turns += [(operation, "direct") for operation in asked]
    plain = [await _answer(Library(), operation, way) for operation, way in turns]
    for kept_in in _libraries():
        kept = [await _answer(kept_in, operation, way) for operation, way in turns]
        assert kept == plain


@given(st.lists(RANDOM, min_size=2, max_size=4))
@settings(ANY, max_examples=(THOROUGH and 400) or 25)
async def test_also_among_requests_at_the_same_time(world, randoms):
    """They wait for one another's loads, and each gets its own answer."""
    asked = _operations(world, randoms)
    plain = [await _answer(Library(), operation, "direct") for operation in asked]
    library = Library(cache=DictCache(), local_bytes=10**6)
    kept = await asyncio.gather(*(_answer(library, each, "direct") for each in asked * 2))
    assert kept == plain * 2
