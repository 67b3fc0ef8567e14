"""A list that a generator gives, while it is given: each item as it comes, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import strawberry

from edge.rules import HttpRules
from schema import extends
from tests.library.library import Library
from tests.library.parts import MIXED, OF_2022, parts_of
from tests.live.fields import events
from tests.live.talking import PATIENCE, events_in, serving, talking
from tests.live.test_live_seen import seen

EVENTS = {"accept": "text/event-stream"}
JSON = {"accept": "application/json"}


@extends("Query")
class Given:
    """What comes when a test has it come."""

    @strawberry.field
    async def given(self, name: str) -> strawberry.Streamable[int]:
        """A number at once, and each later one when it may."""
        try:
            for number in range(3):
                yield number
                events[f"{name} waits"].set()
                await events[f"{name} go"].wait()
                events[f"{name} go"].clear()
        finally:
            events[f"{name} ended"].set()


def query_of(name: str) -> dict[str, str]:
    """What asks for all of it."""
    return {"query": f'query Given {{ given(name: "{name}") @stream(initialCount: 1) }}'}


async def passed(name: str) -> None:
    """Waits for what must come."""
    await asyncio.wait_for(events[name].wait(), PATIENCE)


@asynccontextmanager
async def hearing(address: str, name: str, headers: Any) -> AsyncGenerator[Any]:
    """The parts of an answer, while somebody listens."""
    async with (
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
        client.stream("POST", "/graphql", json=query_of(name), headers=headers) as answer,
    ):
        mixed = answer.headers["content-type"].startswith("multipart/mixed")
        yield parts_of(answer.aiter_raw()) if mixed else events_in(answer.aiter_lines())


@pytest.fixture
async def address() -> AsyncGenerator[str]:
    """A server of this."""
    async with serving(Library(Given).graph) as (address, _):
        yield address


@pytest.mark.parametrize(
    ("headers", "name"), [(MIXED, "given"), (OF_2022, "given old"), (EVENTS, "given events")]
)
async def test_each_item_is_told_as_it_comes(address, headers, name):
    """Not before the one before it has been told, and no later."""
    async with hearing(address, name, headers) as parts:
        assert (await anext(parts))["data"] == {"given": [0]}
        for number in (1, 2):
            events[f"{name} go"].set()
            (one,) = (await anext(parts))["incremental"]
            assert one["items"] == [number]
        assert not events[f"{name} ended"].is_set()
        events[f"{name} go"].set()
        assert (await anext(parts))["hasNext"] is False
    await passed(f"{name} ended")


@pytest.mark.parametrize(
    ("headers", "name", "heard"),
    [
        (MIXED, "left", 1),
        (MIXED, "left later", 2),
        (EVENTS, "left events", 1),
        (EVENTS, "left events later", 2),
    ],
)
async def test_who_goes_ends_the_generator(address, headers, name, heard, lines):
    """Wherever it waits; the log tells so once."""
    async with hearing(address, name, headers) as parts:
        await anext(parts)
        for _ in range(heard - 1):
            events[f"{name} go"].set()
            await anext(parts)
        await passed(f"{name} waits")
    await passed(f"{name} ended")
    found = await seen(lambda: [line for line in lines() if line.get("operation") == "Given"], 1)
    assert [(line["operation"], line["status"]) for line in found] == [("Given", 499)]


async def test_who_goes_ends_it_though_it_were_told_whole(address):
    """As any resolver."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client:
        asked = client.post("/graphql", json=query_of("left whole"), headers=JSON)
        asking = asyncio.create_task(asked)
        await passed("left whole waits")
        asking.cancel()
        await passed("left whole ended")


async def test_who_completes_an_operation_ends_it(address):
    """By a socket, which goes on."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", **query_of("completed stream"))
        assert (await talk.hear())["payload"]["data"] == {"given": [0]}
        await talk.say("complete", "1")
        await passed("completed stream ended")
        await talk.ask("2", "{ openingHours }")
        assert (await talk.hear())["id"] == "2"


@pytest.mark.parametrize(("headers", "name"), [(MIXED, "late stream"), (EVENTS, "late of events")])
async def test_all_items_together_have_the_time_of_one_request(headers, name):
    """What has come is good; of what has not it is said why."""
    rules = HttpRules(seconds=0.3)
    async with (
        serving(Library(Given).graph, rules=rules) as (address, _),
        hearing(address, name, headers) as parts,
    ):
        assert (await anext(parts))["data"] == {"given": [0]}
        last = await anext(parts)
        (error,) = last["completed"][0]["errors"]
        assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
        await passed(f"{name} ended")
