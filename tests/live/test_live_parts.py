"""Answers in parts while they are made: by HTTP, by events, and by a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import strawberry

from edge.live.rules import LiveRules
from edge.rules import HttpRules
from schema import extends
from tests.library.library import Library
from tests.library.parts import MIXED, OF_2022, parts_of
from tests.live.fields import events
from tests.live.talking import PATIENCE, events_in, serving, talking
from tests.live.test_live_seen import seen

EVENTS = {"accept": "text/event-stream"}
FIRST = {"data": {"openingHours": "9 to 5"}, "pending": [{"id": "0", "path": []}], "hasNext": True}
SECOND = {
    "incremental": [{"id": "0", "data": {"held": "there"}}],
    "completed": [{"id": "0"}],
    "hasNext": False,
}


@extends("Query")
class Held:
    """What comes when a test has it come."""

    @strawberry.field
    async def held(self, name: str) -> str:
        """Waits until it may go on."""
        events[f"{name} begun"].set()
        try:
            await events[f"{name} go"].wait()
        finally:
            events[f"{name} ended"].set()
        return "there"


def query_of(name: str) -> dict[str, str]:
    """What asks for one thing at once, and for another later."""
    return {"query": f'query Held {{ openingHours ... @defer {{ held(name: "{name}") }} }}'}


@pytest.fixture
async def address() -> AsyncGenerator[str]:
    """A server with fields that are held."""
    async with serving(Library(Held).graph, live=LiveRules()) as (address, _):
        yield address


@asynccontextmanager
async def hearing(address: str, name: str, headers: Any) -> AsyncGenerator[Any]:
    """The lines or parts of an answer, while somebody listens."""
    async with (
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
        client.stream("POST", "/graphql", json=query_of(name), headers=headers) as answer,
    ):
        mixed = answer.headers["content-type"].startswith("multipart/mixed")
        yield parts_of(answer.aiter_raw()) if mixed else events_in(answer.aiter_lines())


async def passed(name: str) -> None:
    """Waits for what must come."""
    await asyncio.wait_for(events[name].wait(), PATIENCE)


@pytest.mark.parametrize(("headers", "name"), [(MIXED, "mixed"), (EVENTS, "events")])
async def test_what_is_there_is_told_while_the_rest_is_not(address, headers, name):
    """The second part is not begun before the first has gone."""
    async with hearing(address, name, headers) as parts:
        assert await anext(parts) == FIRST
        await passed(f"{name} begun")
        events[f"{name} go"].set()
        assert await anext(parts) == SECOND
        with pytest.raises(StopAsyncIteration):
            await anext(parts)


async def test_a_socket_has_a_message_for_each_part(address):
    """And then it is complete."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", **query_of("socket"))
        assert await talk.hear() == {"id": "1", "type": "next", "payload": FIRST}
        events["socket go"].set()
        assert await talk.hear() == {"id": "1", "type": "next", "payload": SECOND}
        assert await talk.hear() == {"id": "1", "type": "complete"}


async def test_one_stream_of_several_operations_has_parts(address):
    """Each with the id of its operation."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client:
        token = (await client.put("/graphql/stream")).text
        named = {"x-graphql-event-stream-token": token}
        async with client.stream("GET", f"/graphql/stream?token={token}") as stream:
            asked = query_of("reserved") | {"extensions": {"operationId": "a"}}
            assert (await client.post("/graphql/stream", json=asked, headers=named)).is_success
            heard = events_in(stream.aiter_lines())
            assert await anext(heard) == {"id": "a", "payload": FIRST}
            events["reserved go"].set()
            assert await anext(heard) == {"id": "a", "payload": SECOND}
            assert await anext(heard) == {"id": "a"}


async def test_events_are_written_as_in_2022_for_who_names_that(address):
    """The parameter is the same as of the other media type."""
    events["old go"].set()
    async with hearing(address, "old", {"accept": "text/event-stream;deferSpec=20220824"}) as parts:
        assert await anext(parts) == {"data": FIRST["data"], "hasNext": True}
        told = {"incremental": [{"path": [], "data": {"held": "there"}}], "hasNext": False}
        assert await anext(parts) == told


@pytest.mark.parametrize(("headers", "name"), [(MIXED, "left mixed"), (EVENTS, "left events")])
async def test_who_goes_ends_what_is_read(address, headers, name, lines):
    """Between two parts as well; the log tells so once."""
    async with hearing(address, name, headers) as parts:
        await anext(parts)
        await passed(f"{name} begun")
    await passed(f"{name} ended")
    found = await seen(lambda: [line for line in lines() if line.get("operation") == "Held"], 1)
    assert [(line["operation"], line["status"]) for line in found] == [("Held", 499)]


@pytest.mark.parametrize(("headers", "name"), [(MIXED, "all mixed"), (EVENTS, "all events")])
async def test_who_has_all_of_it_has_not_gone(headers, name, lines, caplog, monkeypatch):
    """Though a server says of a client that has its answer the same as of one that has left."""
    monkeypatch.setattr("edge.watch._PAUSE", 0.0)  # clients are listened to from the start
    query = f"""query Held {{
      books(first: 1) {{
        nodes {{ title ... @defer {{ shelf {{ code }} reviews {{ totalCount }} }} }}
      }}
      ... @defer {{ held(name: "{name}") }}
    }}"""
    events[f"{name} go"].set()
    async with (
        serving(Library(Held).graph) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        for _ in range(5):
            answer = await client.post("/graphql", json={"query": query}, headers=headers)
            assert '"hasNext":false' in answer.text
        found = await seen(lines, 5)
    assert [line["status"] for line in found] == [200] * 5
    assert "Exception in ASGI" not in caplog.text


async def test_who_completes_an_operation_ends_what_is_read(address):
    """By a socket, which goes on."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", **query_of("completed"))
        await talk.hear()
        await passed("completed begun")
        await talk.say("complete", "1")
        await passed("completed ended")
        await talk.ask("2", "{ openingHours }")
        assert (await talk.hear())["id"] == "2"


@pytest.mark.parametrize(
    ("headers", "name"), [(MIXED, "late"), (OF_2022, "late old"), (EVENTS, "late events")]
)
async def test_all_parts_together_have_the_time_of_one_request(headers, name):
    """What has come is good; of what has not it is said why."""
    rules = HttpRules(seconds=0.3)
    async with (
        serving(Library(Held).graph, rules=rules) as (address, _),
        hearing(address, name, headers) as parts,
    ):
        assert (await anext(parts))["data"] == FIRST["data"]
        last = await anext(parts)
        assert last["hasNext"] is False
        (error,) = last["errors"] if headers is OF_2022 else last["completed"][0]["errors"]
        assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
        await passed(f"{name} ended")
        with pytest.raises(StopAsyncIteration):
            await anext(parts)


async def test_a_server_that_stops_lets_parts_come_to_their_end():
    """As any answer that is under way."""
    async with (
        serving(Library(Held).graph) as (address, stop),
        hearing(address, "stopping", MIXED) as parts,
    ):
        await anext(parts)
        await passed("stopping begun")
        stop.ask()
        events["stopping go"].set()
        assert await anext(parts) == SECOND
