"""For how long event streams last, and how many of them one may have: as of sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from edge.graph import Graph
from edge.live.rules import LiveRules
from tests.auth.issuing import TestIssuer
from tests.library.library import Library
from tests.live.fields import Doing, Slow, Telling, events
from tests.live.talking import PATIENCE, Clock, believing, serving

ACCEPT = {"accept": "text/event-stream"}
GUARDED = {"graphql-preflight": "1"}
STREAM = "/graphql/stream"
OVER = ": Forbidden: the credentials are good no longer"


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The library's."""
    return Library(Slow, Doing, Telling).graph


@asynccontextmanager
async def opened(
    client: httpx.AsyncClient, method: str, path: str, **asked: Any
) -> AsyncGenerator[AsyncIterator[str]]:
    """The lines of a stream, of which one has come."""
    async with client.stream(method, path, **asked) as answer:
        assert answer.status_code == 200, await answer.aread()
        lines = answer.aiter_lines()
        assert await anext(lines) == ":"
        yield lines


async def heard(lines: AsyncIterator[str]) -> str:
    """What the next event holds."""
    async with asyncio.timeout(PATIENCE):
        async for line in lines:
            if line.startswith("data: "):
                return line.removeprefix("data: ")
    raise AssertionError("it is over")


async def rest(lines: AsyncIterator[str]) -> list[str]:
    """All lines until it ends."""
    async with asyncio.timeout(PATIENCE):
        return [line async for line in lines if line]


def bearer(issuer: TestIssuer, clock: Clock, subject: str = "ada") -> dict[str, str]:
    """The header of somebody whose token is good for five minutes."""
    now = int(clock.now)
    return {"authorization": f"Bearer {issuer.token(iat=now, exp=now + 300, sub=subject)}"}


def check_over(last: list[str]) -> None:
    """It says why, and is not complete, so that clients ask again."""
    assert OVER in last
    assert not [line for line in last if line.startswith("event: complete")]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/graphql"), ("POST", "/graphql"), ("GET", STREAM)]
)
async def test_a_stream_ends_with_its_token(graph, method, path):
    """And what it listened to does."""
    name = f"expired {method} {path}"
    query = {"query": f'subscription {{ asking(name: "{name}") }}'}
    async with (
        believing(graph) as (ruled, issuer, clock),
        serving(ruled) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        asked: dict[str, Any] = {"params" if method == "GET" else "json": query}
        headers = ACCEPT | GUARDED | bearer(issuer, clock)
        async with opened(client, method, path, **asked, headers=headers) as lines:
            assert await heard(lines) == '{"data":{"asking":"ada"}}'
            clock.now += 400
            check_over(await rest(lines))
        await asyncio.wait_for(events[f"{name} ended"].wait(), PATIENCE)


async def test_a_stream_that_was_reserved_ends_with_its_token(graph):
    """With all of its operations; nobody may have more of it."""
    query = {"query": 'subscription { asking(name: "reserved") }'}
    async with (
        believing(graph) as (ruled, issuer, clock),
        serving(ruled) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        who = bearer(issuer, clock)
        token = (await client.put(STREAM, headers=who)).text
        of_it = {"x-graphql-event-stream-token": token}
        async with opened(client, "GET", STREAM, headers=ACCEPT | of_it) as lines:
            asked = {**query, "extensions": {"operationId": "1"}}
            answer = await client.post(STREAM, json=asked, headers=who | of_it)
            assert answer.status_code == 202
            assert await heard(lines) == '{"id":"1","payload":{"data":{"asking":"ada"}}}'
            clock.now += 400
            check_over(await rest(lines))
        await asyncio.wait_for(events["reserved ended"].wait(), PATIENCE)
        again = await client.get(STREAM, headers=ACCEPT | of_it)
        assert again.json()["errors"][0]["extensions"]["code"] == "STREAM_UNKNOWN"


async def refused(client: httpx.AsyncClient, method: str, **asked: Any) -> None:
    """One more is not let in, and told when to come again."""
    answer = await client.request(method, STREAM, **asked)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"


def silence(name: str) -> dict[str, Any]:
    """What has a stream stay open."""
    return {"json": {"query": f'subscription {{ silence(name: "{name}") }}'}}


async def let_in(client: httpx.AsyncClient, **asked: Any) -> None:
    """Once another has gone, which is noticed soon."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await client.post(STREAM, **asked)
            if answer.status_code == 200:
                return
            await asyncio.sleep(0.05)


async def test_a_principal_has_so_many_streams(graph):
    """Of both modes together; others are let in."""
    async with (
        believing(graph) as (ruled, issuer, clock),
        serving(ruled, live=LiveRules(connections=2)) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        ada, ben = (ACCEPT | bearer(issuer, clock, name) for name in ("ada", "ben"))
        async with AsyncExitStack() as stack:
            first = opened(client, "POST", "/graphql", headers=ada, **silence("first"))
            await stack.enter_async_context(first)
            assert (await client.put(STREAM, headers=ada)).status_code == 201
            await refused(client, "POST", headers=ada, **silence("third"))
            await refused(client, "PUT", headers=ada)
            async with opened(client, "POST", STREAM, headers=ben, **silence("other")):
                pass
        await let_in(client, headers=ada, json={"query": "{ who }"})


async def test_an_address_has_so_many_streams(graph):
    """Whoever asks there, until another has gone."""
    async with (
        serving(graph, live=LiveRules(connections_of_address=1)) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
    ):
        async with opened(client, "POST", "/graphql", headers=ACCEPT, **silence("only")):
            await refused(client, "POST", headers=ACCEPT, **silence("second"))
            await refused(client, "PUT")
        await let_in(client, headers=ACCEPT, json={"query": "{ who }"})
