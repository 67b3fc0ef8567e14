"""Requests whose client has gone, or whose time is up: they end, if nothing may have been done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import strawberry

from catalog.deadline import seconds_for
from edge.app import create_app
from edge.listening import listen
from edge.process import Stop
from edge.rules import HttpRules
from schema import extends
from tests.library.library import Library

HELLO = {"query": "{ openingHours }"}
ANSWER = {"data": {"openingHours": "9 to 5"}}
FOREVER = {"query": "query Ever { forever }"}
PATIENCE = 30


class Seen:
    """What resolvers have come to, in one test."""

    def __init__(self) -> None:
        self.begun, self.cancelled = asyncio.Event(), asyncio.Event()
        self.gate = asyncio.Event()


seen: Seen


@extends("Query")
class Slow:
    """What takes long."""

    @strawberry.field
    async def forever(self) -> int:
        """Never answers."""
        seen.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            seen.cancelled.set()
        return 1

    @strawberry.field
    async def given(self) -> float:
        """How long a store would be given that may take a thousand seconds."""
        return seconds_for(1000)


@extends("Mutation")
class Doing:
    """What no transaction undoes."""

    @strawberry.mutation
    async def done(self) -> int:
        """Waits at the gate."""
        seen.begun.set()
        await seen.gate.wait()
        return 1


@pytest.fixture(autouse=True)
def _fresh() -> None:
    global seen  # noqa: PLW0603 (the resolvers have no other way to it)
    seen = Seen()


def app_of(seconds: float = 60) -> Any:
    """The app of a library whose requests may take so long."""
    rules = HttpRules(seconds=seconds, batch_limit=5)
    return create_app(Library(Slow, Doing).graph, max_body_bytes=9999, examples=None, rules=rules)


def client_of(app: Any) -> httpx.AsyncClient:
    """A client without a network between."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://library")


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    """One of a library that is patient."""
    async with client_of(app_of()) as client:
        yield client


def code_of(response: httpx.Response) -> tuple[int, str]:
    """The status, and the code of the one error."""
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"]


async def ended(event: asyncio.Event) -> None:
    """Waits for what must come."""
    await asyncio.wait_for(event.wait(), PATIENCE)


@pytest.mark.parametrize("milliseconds", ["1", "20", " 300 ", "0000000300"])
@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
async def test_a_client_says_how_long_it_waits(client, milliseconds, media_type):
    """504 then, without data; and what was under way has ended."""
    headers = {"request-timeout-ms": milliseconds, "accept": media_type}
    response = await client.post("/graphql", json=FOREVER, headers=headers)
    assert code_of(response) == (504, "DEADLINE_EXCEEDED")
    assert response.headers["content-type"].startswith(media_type)
    assert "data" not in response.json()
    assert "Request-Timeout-Ms" in response.json()["errors"][0]["extensions"]["hint"]
    await ended(seen.cancelled)
    assert not asyncio.current_task().cancelling()
    assert (await client.post("/graphql", json=HELLO)).json() == ANSWER


async def test_by_get_as_well(client):
    """A header is one of any method."""
    headers = {"request-timeout-ms": "20", "graphql-preflight": "1"}
    response = await client.get("/graphql", params=FOREVER, headers=headers)
    assert code_of(response) == (504, "DEADLINE_EXCEEDED")


@pytest.mark.parametrize(
    "milliseconds", ["0", "", "-1", "1.5", "1s", "x", "9" * 11, "1,2", "\u0661"]
)
async def test_a_time_that_is_none(client, milliseconds):
    """Is not passed over: its client would wait for nothing."""
    headers = {"request-timeout-ms": milliseconds.encode()}
    response = await client.post("/graphql", json=HELLO, headers=headers)
    assert code_of(response) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("headers", [{}, {"request-timeout-ms": "9999999999"}])
async def test_no_request_takes_longer_than_the_operator_lets_it(headers):
    """Whatever its client says."""
    async with client_of(app_of(0.2)) as client:
        response = await client.post("/graphql", json=FOREVER, headers=headers)
    assert code_of(response) == (504, "DEADLINE_EXCEEDED")


async def test_stores_are_told_how_long_they_have(client):
    """A little more than is left, so that it is told as what it is; of nobody's request all."""
    for headers, least, most in (
        ({}, 1000, 1000),
        ({"request-timeout-ms": "30000"}, 1, 30.1),
        ({"request-timeout-ms": "9999999999"}, 30.1, 60.1),
    ):
        response = await client.post("/graphql", json={"query": "{ given }"}, headers=headers)
        assert least <= response.json()["data"]["given"] <= most
    assert seconds_for(1000) == 1000


async def test_a_time_is_one_requests_own(client):
    """Those beside it, and after it, have theirs."""
    headers = {"request-timeout-ms": "100"}
    late = asyncio.create_task(client.post("/graphql", json=FOREVER, headers=headers))
    await ended(seen.begun)
    assert (await client.post("/graphql", json=HELLO)).json() == ANSWER
    assert code_of(await late) == (504, "DEADLINE_EXCEEDED")


async def test_what_may_have_been_done_is_told(client):
    """A mutation of one's own, and whatever comes after it in the same body, is not cut short."""
    headers = {"request-timeout-ms": "60"}
    body = [{"query": "mutation { done }"}, HELLO]
    for asked, expected in (
        (body[0], {"data": {"done": 1}}),
        (body, [{"data": {"done": 1}}, ANSWER]),
    ):
        seen.begun.clear()
        seen.gate.clear()
        asking = asyncio.create_task(client.post("/graphql", json=asked, headers=headers))
        await ended(seen.begun)
        await asyncio.sleep(0.3)
        seen.gate.set()
        response = await asking
        assert (response.status_code, response.json()) == (200, expected)


async def test_nothing_is_left_of_requests():
    """Neither of those that ended well nor of the others."""
    app = app_of()
    async with client_of(app) as client:
        for asked in (HELLO, FOREVER, {"query": "{ nope }"}):
            for headers in ({"request-timeout-ms": "150"}, {"request-timeout-ms": "x"}):
                await client.post("/graphql", json=asked, headers=headers)
    watch = app._endpoint._watch
    assert not watch.under_way
    assert not watch.notes
    async with asyncio.timeout(PATIENCE):
        while watch._loop is not None:  # noqa: ASYNC110 (it stops when it next looks)
            await asyncio.sleep(0.01)


# --- Clients that go away -------------------------------------------------------------------------


@asynccontextmanager
async def serving(app: Any) -> AsyncGenerator[tuple[str, int]]:
    """Where an app is served, by the server's own process."""
    stop = Stop()
    with listen("127.0.0.1", 0) as listening:
        running = asyncio.create_task(stop.serve(app, listening, patience=1))
        yield listening.address
        stop.ask()
        await asyncio.wait_for(running, PATIENCE)


async def asked(address: tuple[str, int], body: Any) -> asyncio.StreamWriter:
    """A connection that has asked, and has not heard yet."""
    _, writer = await asyncio.open_connection(*address)
    content = json.dumps(body).encode()
    head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    writer.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
    await writer.drain()
    return writer


async def test_who_goes_away_is_not_worked_for(lines: Callable[[], list[dict[str, Any]]]):
    """What is under way ends, and the log says why."""
    async with serving(app_of()) as address:
        writer = await asked(address, FOREVER)
        await ended(seen.begun)
        writer.close()
        await ended(seen.cancelled)
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert (line["status"], line["errors"], line["operation"]) == (499, ["CLIENT_GONE"], "Ever")


async def test_what_may_have_been_done_comes_to_its_end(lines: Callable[[], list[dict[str, Any]]]):
    """Though nobody hears of it."""
    async with serving(app_of()) as address:
        writer = await asked(address, {"query": "mutation Do { done }"})
        await ended(seen.begun)
        writer.close()
        await asyncio.sleep(0.3)
        seen.gate.set()
        await asyncio.sleep(0)
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert (line["status"], line["errors"], line["operation"]) == (200, [], "Do")


async def test_who_stays_is_answered_however_long_it_takes():
    """Also on a connection that is used again."""
    async with serving(app_of()) as (host, port), httpx.AsyncClient() as client:
        url = f"http://{host}:{port}/graphql"
        for _ in range(2):
            seen.begun.clear()
            seen.gate.clear()
            asking = asyncio.create_task(client.post(url, json={"query": "mutation { done }"}))
            await ended(seen.begun)
            await asyncio.sleep(0.2)
            seen.gate.set()
            assert (await asking).json() == {"data": {"done": 1}}
            assert (await client.post(url, json=HELLO)).json() == ANSWER
