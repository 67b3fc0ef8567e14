"""The law of answers in parts: together they are the answer that is given whole.

Where an error makes a null spread, parts keep more than the whole, which is what they are for: of
that only is compared that there are errors in both.
"""

from __future__ import annotations

from contextlib import aclosing
from random import Random
from typing import Any

import orjson
import pytest
from graphql import validate
from law_parts import in_parts
from law_troubles import in_trouble
from law_volume import THOROUGH
from law_worlds import GRAPHS, World, world_of

from auth import ANONYMOUS
from edge.errors import HttpError
from edge.executing import Executing
from edge.media import Spec
from edge.requests import GraphQLRequest
from resolvers.documents.parsing import parsed
from tests.library.answers import comparable_errors
from tests.library.parts import merged

TIMES = 10 if THOROUGH else 1
COUNT = 20
pytestmark = pytest.mark.timeout(120 * TIMES)


@pytest.mark.parametrize("name", [make.__name__ for make in GRAPHS])
async def test_parts_are_the_whole_together(name: str):
    """In both of the ways that they are told, and in troubles too."""
    worlds = await _worlds(name)
    divided = 0
    for seed in range(COUNT * TIMES):
        world = worlds[seed % len(worlds)]
        operation = world.operation(seed)
        text = in_parts(world.core, operation.text, Random(seed))  # noqa: S311
        if validate(world.core, parsed(text, None)):
            continue  # it is in conflict with itself
        asked = GraphQLRequest(text, "Q", dict(operation.variables[0]))
        for spec in Spec:
            divided += await _agrees(world, asked, spec, is_away=seed % len(worlds) in (1, 2))
    assert divided > COUNT * TIMES / 2


async def _worlds(name: str) -> list[World]:
    make = next(make for make in GRAPHS if make.__name__ == name)
    return in_trouble(await world_of(name, make()))


async def _agrees(world: World, asked: GraphQLRequest, spec: Spec, *, is_away: bool) -> bool:
    executing = Executing(world.graph)
    try:
        body = await executing.execute(asked, ANONYMOUS, by_get=False)
    except HttpError:
        return False
    whole = orjson.loads(body.json())
    told = await _told(executing, asked, spec)
    if told is None:
        return False
    said = {"data": whole.get("data"), "errors": whole.get("errors", [])}
    for error in (*said["errors"], *told["errors"]):
        error.pop("locations", None)  # what is asked twice, once of it later, is told of twice
    exact, spread = comparable_errors(said["data"], said["errors"])
    context = f"{world.name}: {asked.query} {asked.variables}"
    assert bool(told["errors"]) == bool(said["errors"]), context
    if not spread and not is_away:
        assert told["data"] == said["data"], context
        assert comparable_errors(told["data"], told["errors"]) == (exact, spread), context
    return True


async def _told(executing: Executing, asked: GraphQLRequest, spec: Spec) -> dict[str, Any] | None:
    delivery = executing.delivery(asked, ANONYMOUS, spec)
    if delivery is None:
        return None
    async with aclosing(delivery):
        body = await delivery.begin()
        if delivery.is_whole:
            return {"data": orjson.loads(body.data or b"null"), "errors": list(body.errors)}
        parts = [delivery.first(body).json()]
        while (part := await delivery.next()) is not None:
            parts.append(part.json())
    return merged([orjson.loads(part) for part in parts], spec)
