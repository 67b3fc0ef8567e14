"""GraphQL over server-sent events, each operation by a connection of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from edge.live.rules import LiveRules
from tests.library.library import Library
from tests.live.fields import Telling, events
from tests.live.talking import PATIENCE, serving

ACCEPT = {"accept": "text/event-stream"}
HELLO = {"query": "{ openingHours }"}
ANSWER = {"data": {"openingHours": "9 to 5"}}
COUNT = {"query": "subscription ($to: Int!) { count(to: $to) }", "variables": {"to": 3}}


@pytest.fixture
async def client(address: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the server."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client:
        yield client


def events_in(text: str) -> list[Any]:
    """The events of a stream: their names and data; comments are none."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            parts = dict(line.split(":", 1) for line in lines)
            data = parts.get("data", "").strip()
            found.append((parts["event"].strip(), json.loads(data) if data else None))
    return found


async def test_a_query_is_answered_by_events(client):
    """`next`, and `complete`; no cache keeps it."""
    answer = await client.post("/graphql", json=HELLO, headers=ACCEPT)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert events_in(answer.text) == [("next", ANSWER), ("complete", None)]


async def test_a_subscription_has_an_event_for_each_answer(client):
    """By GET as well, if it is shown that no other site's page asks."""
    by_get = {"query": COUNT["query"], "variables": json.dumps(COUNT["variables"])}
    guarded = ACCEPT | {"graphql-preflight": "1"}
    for answer in (
        await client.post("/graphql", json=COUNT, headers=ACCEPT),
        await client.get("/graphql", params=by_get, headers=guarded),
    ):
        *heard, last = events_in(answer.text)
        assert heard == [("next", {"data": {"count": n}}) for n in (1, 2, 3)]
        assert last == ("complete", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { guarded }", "UNAUTHORIZED_FIELD_OR_TYPE"),
    ],
)
async def test_what_is_not_executed_is_told_by_an_event(client, query, code):
    """For a browser's `EventSource` would not tell what is in another answer."""
    answer = await client.post("/graphql", json={"query": query}, headers=ACCEPT)
    (name, told), last = events_in(answer.text)
    assert (answer.status_code, name, last) == (200, "next", ("complete", None))
    assert "data" not in told
    assert told["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"content": b"{"}, 400, "BAD_REQUEST"),
        ({"json": [HELLO]}, 400, "BATCHING_DISABLED"),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415, None),
        ({"json": HELLO, "headers": {"authorization": "Bearer x"}}, 401, "UNAUTHENTICATED"),
        ({"json": {"query": "{ a" + " " * 30_000}}, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_what_is_no_request_is_told_by_http(client, sent, status, code):
    """As to any other."""
    headers = {"content-type": "application/json"} | ACCEPT | sent.pop("headers", {})
    answer = await client.post("/graphql", headers=headers, **sent)
    (error,) = answer.json()["errors"]
    assert answer.status_code == status
    assert error["extensions"]["code"] == (code or "UNSUPPORTED_MEDIA_TYPE")


async def test_by_get_nothing_is_changed(client):
    """A mutation is refused, and so is what any page may have had sent."""
    query = {"query": 'mutation { done(name: "x") }'}
    guarded = ACCEPT | {"graphql-preflight": "1"}
    answer = await client.get("/graphql", params=query, headers=guarded)
    (name, told), _ = events_in(answer.text)
    assert (name, told["errors"][0]["extensions"]["code"]) == ("next", "METHOD_NOT_ALLOWED")
    answer = await client.get("/graphql", params=HELLO, headers=ACCEPT)
    assert answer.status_code == 403


@pytest.mark.parametrize("accept", ["*/*", "application/json, text/html;q=0.5", "text/*"])
async def test_nobody_gets_a_stream_who_does_not_name_it(client, accept):
    """Whatever else one takes."""
    answer = await client.post("/graphql", json=HELLO, headers={"accept": accept})
    assert not answer.headers["content-type"].startswith("text/event-stream")


@asynccontextmanager
async def listening(address: str, query: str) -> AsyncGenerator[AsyncGenerator[str]]:
    """The lines of a stream, while somebody listens."""
    async with (
        httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client,
        client.stream("POST", "/graphql", json={"query": query}, headers=ACCEPT) as answer,
    ):
        yield answer.aiter_lines()


async def ended(name: str) -> None:
    """Waits for what must come."""
    await asyncio.wait_for(events[name].wait(), PATIENCE)


async def test_who_stops_listening_ends_the_source(address):
    """Though nothing is sent."""
    async with listening(address, 'subscription { silence(name: "unheard") }') as lines:
        async for line in lines:
            if line.startswith("data"):
                break
        await ended("unheard begun")
    await ended("unheard ended")


async def test_signs_of_life_and_the_end_of_the_server():
    """Comments; a stream that is not complete has none of `complete`, so that clients ask again."""
    live = LiveRules(pulse=0.1)
    query = 'subscription { silence(name: "living") }'
    async with (
        serving(Library(Telling).graph, live=live) as (address, stop),
        listening(address, query) as lines,
    ):
        beats = 0
        async for line in lines:
            beats += line == ":"
            if beats == 3:
                break
        stop.ask()
        rest = [line async for line in lines]
    await ended("living ended")
    assert ": The server is stopping; connect again" in rest
    assert not any(line.startswith("event: complete") for line in rest)


# --- Several operations by one stream -------------------------------------------------------------

STREAM = "/graphql/stream"


class Several:
    """A stream that was reserved, and what asks for operations on it."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client = client
        self.headers = {"x-graphql-event-stream-token": token}

    async def ask(self, id_: str | None, query: str) -> httpx.Response:
        """An operation to be answered by the stream."""
        body = {"query": query, "extensions": {"operationId": id_} if id_ else {}}
        return await self.client.post(STREAM, json=body, headers=self.headers)

    async def stop(self, id_: str) -> int:
        """No more of an operation."""
        parameters = {"operationId": id_}
        answer = await self.client.delete(STREAM, params=parameters, headers=self.headers)
        return answer.status_code


@pytest.fixture
async def several(client: httpx.AsyncClient) -> Several:
    """A stream that is reserved."""
    answer = await client.put(STREAM)
    assert answer.status_code == 201
    return Several(client, answer.text)


async def test_one_stream_has_the_answers_to_several_operations(several):
    """By the id of each; what is asked for before it is opened waits."""
    assert (await several.ask("1", "{ openingHours }")).status_code == 202
    headers = several.headers | ACCEPT
    async with several.client.stream("GET", STREAM, headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = answer.aiter_lines()
        text = ""

        async def until(count: int) -> list[Any]:
            nonlocal text
            while len(events_in(text)) < count or not text.endswith("\n\n"):
                text += await anext(lines) + "\n"
            return events_in(text)[-count:]

        assert await until(2) == [
            ("next", {"id": "1", "payload": ANSWER}),
            ("complete", {"id": "1"}),
        ]
        text = ""
        assert (
            await several.ask("2", 'subscription { silence(name: "one of several") }')
        ).status_code == 202
        assert await until(1) == [("next", {"id": "2", "payload": {"data": {"silence": 0}}})]
        assert (await several.ask("2", "{ openingHours }")).status_code == 409
        assert await several.stop("2") == 200
        await ended("one of several ended")
        again = await several.client.get(STREAM, headers=headers)
        assert again.json()["errors"][0]["extensions"]["code"] == "STREAM_TAKEN"
        await several.ask("3", 'subscription { silence(name: "left with it") }')
        await ended("left with it begun")
    await ended("left with it ended")


async def test_what_is_wrong_is_told_to_who_asks(several):
    """And not by the stream."""
    for id_, query, code in (
        ("1", "{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        (None, "{ openingHours }", "BAD_REQUEST"),
    ):
        answer = await several.ask(id_, query)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == code


async def test_nobody_has_a_stream_who_has_no_token_for_it(client):
    """404; and by PUT alone there is one."""
    stranger = Several(client, "guessed")
    assert (await stranger.ask("1", "{ openingHours }")).status_code == 404
    assert await stranger.stop("1") == 404
    answer = await client.get(STREAM, params={"token": "guessed"}, headers=ACCEPT)
    assert answer.json()["errors"][0]["extensions"]["code"] == "STREAM_UNKNOWN"


async def test_a_stream_of_one_operation_is_there_as_well(client):
    """For clients that know one address."""
    answer = await client.post(STREAM, json=HELLO, headers=ACCEPT)
    assert events_in(answer.text) == [("next", ANSWER), ("complete", None)]


async def test_what_is_reserved_and_not_opened_is_let_go():
    """As a socket that says nothing."""
    live = LiveRules(init_seconds=0.1)
    async with (
        serving(Library(Telling).graph, live=live) as (address, _),
        httpx.AsyncClient(base_url=f"http://{address}") as client,
    ):
        several = Several(client, (await client.put(STREAM)).text)
        async with asyncio.timeout(PATIENCE):
            while (await several.stop("1")) != 404:  # noqa: ASYNC110 (over HTTP one has to ask)
                await asyncio.sleep(0.05)
