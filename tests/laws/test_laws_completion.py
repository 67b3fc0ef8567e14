"""The law of direct completion: any valid operation is answered as graphql-core answers it.

`make test` asks the same 5,000 operations every time (a tenth of them is `test_laws_lines.py`'s),
`make test-all` 100,000 others, and `AGREEMENT=random make test ARGS=tests/laws` as many that nobody
has asked before. Where the answers differ, the operation is shown as small as it can be made, with
the number that it was made from. To ask it again:

    LAW=library:4711 make test ARGS="tests/laws -k asked_again"
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

import pytest
from graphql import parse, parse_value, validate
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries
from law_answers import understood
from law_operations import Operation, operation_of, plain
from law_trials import holds
from law_troubles import in_trouble
from law_values import SPECIMENS
from law_volume import ANEW, FIRST, TIMES
from law_worlds import World, world_named

from auth import ANONYMOUS
from resolvers.operations.root_plans import Root

COUNTS = {"library": 1_500, "flights": 900, "heroes": 550, "trains": 575, "yards": 575}
OF_STORES = 500
BY_OTHERS = 60 * min(TIMES, 10)
"""To write one takes ten times as long as to try it."""

pytestmark = pytest.mark.timeout(120 * TIMES)
ANY = settings(
    deadline=None,
    database=None,
    derandomize=not ANEW,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
async def worlds() -> dict[str, World]:
    """All that are in memory, by name."""
    return {name: await world_named(name) for name in COUNTS}


@pytest.mark.parametrize("part", range(TIMES))
@pytest.mark.parametrize("name", COUNTS)
async def test_any_operation_is_answered_as_graphql_core_does(name, part):
    """Values, nulls, aliases, fragments, directives, errors and their paths; in troubles, too."""
    # By its name, and in parts: whichever process has nothing left to do takes the next.
    await _all_hold(in_trouble(await world_named(name)), COUNTS[name], part)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # A key of two fields, of which one is null, and the other a value that is wrong.
        ("trains", "query Q { forecast(id: 6) { stops { nodes { trainId } } nodeId } }"),
    ],
)
async def test_what_once_differed_is_alike(worlds, name, text):
    """In every trouble, of which one made it differ."""
    for world in in_trouble(worlds[name]):
        assert await holds(world, Operation(text), f"{name}: {text}")


async def test_any_operation_of_real_stores_is(stored):
    """Their rows are flat tuples and documents, which completion reads in ways of its own."""
    for part in range(TIMES):
        await _all_hold([stored], OF_STORES, part)


@pytest.mark.skipif("LAW" not in os.environ, reason="LAW names no operation to ask again")
async def test_an_operation_is_asked_again(worlds, request):
    """The one that LAW names by its world and number."""
    name, seed = os.environ["LAW"].split(":")
    stored = name == "stored"
    found = [request.getfixturevalue(name)] if stored else in_trouble(worlds[name])
    print(found[0].operation(int(seed)))
    assert await _holds(found, int(seed))


@given(st.sampled_from(sorted(COUNTS)), st.randoms(use_true_random=False))
@settings(ANY, max_examples=50 * TIMES)
async def test_hypothesis_finds_no_other(worlds, name, random):
    """The same generator, led by what tries to make a difference, and to make it small."""
    world = worlds[name]
    operation = operation_of(world.core, random, world.known, world.cursors)
    if not await holds(world, operation, name, checked=True):
        event("in conflict with itself")


@given(st.data())
@settings(ANY, max_examples=BY_OTHERS)
async def test_a_generator_of_others_finds_none(worlds, data):
    """hypothesis-graphql knows nothing of this engine; of what it writes, @oneOf lets half pass."""
    world = worlds[data.draw(st.sampled_from(sorted(COUNTS)))]
    text = data.draw(_others(world))
    if not await holds(world, Operation(text), world.name, checked=True):
        event("not valid")


@cache
def _others(world: World) -> st.SearchStrategy[str]:
    known = {name: st.sampled_from(some).map(plain) for name, some in SPECIMENS.items()}
    scalars = {
        name: texts.map(parse_value)
        for name, texts in known.items()
        if name in world.core.type_map and name not in {"Int", "Float", "String", "Boolean", "ID"}
    }
    return queries(world.core, custom_scalars=scalars)


@pytest.mark.parametrize("name", COUNTS)
async def test_operations_are_valid_and_most_say_something(worlds, name):
    """A law over errors, and over what the engine does not answer itself, would say little."""
    world, well, conflicts, roots = worlds[name], 0, 0, list[Root]()
    for seed in range(50):
        operation = world.operation(seed)
        if errors := validate(world.core, parse(operation.text)):
            assert all("conflict" in error.message for error in errors), (operation, errors)
            conflicts += 1
            continue
        found = understood(world.graph, operation)
        context = world.graph.context(ANONYMOUS)
        answered = await found.run(context, operation.variables[0])
        well += bool(answered) and not answered.errors
        roots += found.roots(context.planner, operation.variables[0]) or ()
    assert conflicts < 6
    assert well > 35
    assert sum(root.refused is None for root in roots) > len(roots) * 0.75


async def _all_hold(worlds: Sequence[World], count: int, part: int) -> None:
    first = seed = FIRST + part * count * 2
    last = first + count
    while seed < last:
        # What conflicts with itself is no operation, so one more is asked.
        last += not await _holds(worlds, seed)
        seed += 1
    assert last - first < count * 1.1


async def _holds(worlds: Sequence[World], seed: int) -> bool:
    """Of ten operations six are asked of the first world, and one of each of the others."""
    world = worlds[max(0, seed % 10 - 10 + len(worlds))]
    called = f"LAW={world.name}:{seed}"
    return await holds(world, world.operation(seed), called, checked=not seed % 8)
