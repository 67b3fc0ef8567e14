"""What holds a place of a request, of which there are so many, and what lasts without one."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from datasources.redis import Buckets
from edge.gate import Bearable
from edge.live.rules import LiveRules
from edge.rates import Rates
from tests.library.library import Library
from tests.live.fields import Slow, Telling, events
from tests.live.talking import PATIENCE, events_in, serving, talking

EVENTS = {"accept": "text/event-stream"}
HELLO = {"query": "{ openingHours }"}
ONE = Bearable(requests=1)


async def passed(name: str) -> None:
    """Waits for what must come."""
    await asyncio.wait_for(events[name].wait(), PATIENCE)


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    """Of a server that has one place."""
    async with (
        serving(Library(Slow, Telling).graph, bearable=ONE) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        yield client


@asynccontextmanager
async def listening(client: httpx.AsyncClient, query: str) -> AsyncGenerator[Any]:
    """To the events of an operation."""
    asked = client.stream("POST", "/graphql", json={"query": query}, headers=EVENTS)
    async with asked as answer:
        assert answer.status_code == 200
        yield events_in(answer.aiter_lines())


async def status(client: httpx.AsyncClient, **headers: str) -> int:
    """Of the answer to a small request."""
    return (await client.post("/graphql", json=HELLO, headers=headers)).status_code


async def test_a_query_by_events_holds_a_place(client):
    """It is work as any other's, whatever its answer is written in, until its client goes."""
    async with listening(client, '{ forever(name: "by events") }'):
        await passed("by events begun")
        assert await status(client) == 503
        assert await status(client, **EVENTS) == 503
    await passed("by events ended")
    async with asyncio.timeout(PATIENCE):
        while await status(client) == 503:
            pass


async def test_who_waits_for_events_holds_none(client):
    """Else so many listeners would close the server for all others."""
    async with listening(client, 'subscription { silence(name: "waits") }') as heard:
        assert (await anext(heard))["data"] == {"silence": 0}
        await passed("waits begun")
        async with listening(client, 'subscription { silence(name: "waits too") }') as also:
            assert (await anext(also))["data"] == {"silence": 0}
            assert await status(client) == 200
            async with listening(client, '{ forever(name: "beside") }'):
                await passed("beside begun")
                assert await status(client) == 503
    await passed("waits ended")


async def test_what_is_reserved_makes_no_place(client):
    """Before it is opened nobody listens to it; and then it holds none."""
    token = (await client.put("/graphql/stream")).text
    other = (await client.put("/graphql/stream")).text
    assert token != other
    async with client.stream("GET", f"/graphql/stream?token={token}") as stream:
        assert stream.status_code == 200
        assert await status(client) == 200
        async with listening(client, '{ forever(name: "reserved") }'):
            await passed("reserved begun")
            assert await status(client) == 503


async def test_a_socket_holds_none():
    """As many as there may be."""
    async with (
        serving(Library(Slow).graph, bearable=ONE) as (address, _),
        talking(address, init={}),
        talking(address, init={}) as talk,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        await talk.ask("1", '{ forever(name: "by a socket") }')
        await passed("by a socket begun")
        assert await status(client) == 200


async def test_who_asks_for_too_much_is_told_when_to_ask_again():
    """In the error, where there is no header."""
    graph = dataclasses.replace(Library(Telling).graph, rates=Rates(1, 1000), buckets=Buckets(None))
    async with (
        serving(graph) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
        talking(address, init={}) as talk,
    ):
        assert await status(client) == 200
        refused = await client.post("/graphql", json=HELLO)
        await talk.ask("1", "{ openingHours }")
        by_socket = await talk.hear()
        async with listening(client, "{ openingHours }") as heard:
            by_events = await anext(heard)
        token = (await client.put("/graphql/stream")).text
        async with client.stream("GET", f"/graphql/stream?token={token}") as stream:
            named = {"x-graphql-event-stream-token": token}
            asked = HELLO | {"extensions": {"operationId": "a"}}
            assert (await client.post("/graphql/stream", json=asked, headers=named)).is_success
            reserved = (await anext(events_in(stream.aiter_lines())))["payload"]
    assert by_socket["type"] == "error"
    errors = [
        refused.json()["errors"],
        by_socket["payload"],
        by_events["errors"],
        reserved["errors"],
    ]
    for (error,) in errors:
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert 900 < error["extensions"]["retryAfter"] <= 1000
    assert refused.headers["retry-after"] == str(errors[0][0]["extensions"]["retryAfter"])


async def test_one_connection_too_many_is_told_so_as_well():
    """By whatever it was that asked."""
    graph = Library(Telling).graph
    async with (
        serving(graph, live=LiveRules(connections_of_address=1)) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
        talking(address, init={}),
    ):
        refused = await client.post("/graphql", json=HELLO, headers=EVENTS)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert refused.json()["errors"][0]["extensions"]["retryAfter"] == 5
