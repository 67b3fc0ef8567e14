"""What the headers of a request ask for counts also where it is answered by events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from tests.live.fields import events
from tests.live.talking import PATIENCE, events_in

STREAM = "/graphql/stream"
EVENTS = {"accept": "text/event-stream"}
SOON = {"request-timeout-ms": "150"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
async def client(address: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the server."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client:
        yield client


async def told(
    client: httpx.AsyncClient, query: str, headers: dict[str, str]
) -> list[dict[str, Any]]:
    """What each `next` says."""
    asked = client.stream("POST", "/graphql", json={"query": query}, headers=EVENTS | headers)
    async with asked as answer:
        return [said async for said in events_in(answer.aiter_lines())]


def code_of(said: dict[str, Any]) -> str:
    """Of the one error."""
    (error,) = said["errors"]
    return error["extensions"]["code"]


async def test_a_query_takes_no_longer_than_its_client_waits(client):
    """And what it called is ended."""
    (said,) = await told(client, '{ forever(name: "waited") }', SOON)
    assert code_of(said) == "DEADLINE_EXCEEDED"
    assert events["waited ended"].is_set()


async def test_all_parts_together_take_no_longer(client):
    """What has come is good."""
    query = '{ openingHours ... @defer { forever(name: "waited for parts") } }'
    first, last = await told(client, query, SOON)
    assert first["data"] == {"openingHours": "9 to 5"}
    assert code_of(last["completed"][0]) == "DEADLINE_EXCEEDED"
    assert events["waited for parts ended"].is_set()


async def test_each_event_has_the_time_and_the_wait_for_it_none(client):
    """A subscription lasts, however soon its client wants to be answered."""
    query = 'subscription { silence(name: "patient") }'
    asked = client.stream("POST", "/graphql", json={"query": query}, headers=EVENTS | SOON)
    async with asked as answer:
        said = events_in(answer.aiter_lines())
        assert await anext(said) == {"data": {"silence": 0}}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(said), 0.4)


async def test_an_operation_of_a_stream_of_several_takes_no_longer(client):
    """By the header of the request that asks for it."""
    token = {"x-graphql-event-stream-token": (await client.put(STREAM)).text}
    async with client.stream("GET", STREAM, headers=EVENTS | token) as answer:
        said = events_in(answer.aiter_lines())
        body = {"query": '{ forever(name: "one of them") }', "extensions": {"operationId": "1"}}
        wrong = await client.post(STREAM, json=body, headers=token | {"request-timeout-ms": "soon"})
        assert (wrong.status_code, code_of(wrong.json())) == (400, "BAD_REQUEST")
        assert (await client.post(STREAM, json=body, headers=token | SOON)).status_code == 202
        assert code_of((await anext(said))["payload"]) == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"request-timeout-ms": "soon"}, "BAD_REQUEST"),
        ({"idempotency-key": ""}, "IDEMPOTENCY_KEY_INVALID"),
    ],
)
async def test_a_header_that_is_none_is_told_by_http(client, header, code):
    """As to any other request."""
    answer = await client.post(
        "/graphql", json={"query": "{ openingHours }"}, headers=EVENTS | header
    )
    assert (answer.status_code, code_of(answer.json())) == (400, code)


async def test_costs_are_reported(client):
    """To a query; and nobody is told parts who wants to know what all of it costs."""
    query = "{ books(first: 2) { nodes { title ... @defer { shelf { code } } } } }"
    (said,) = await told(client, query, {"graphql-cost": "report"})
    assert said["extensions"]["cost"]["estimated"] >= said["extensions"]["cost"]["actual"] > 0


async def test_the_trace_is_the_callers(client, lines):
    """By which the log's line is found."""
    await told(client, "{ openingHours }", {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["trace_id"] == TRACE
