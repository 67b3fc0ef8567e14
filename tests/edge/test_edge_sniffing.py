"""Whatever goes out is what its type says: no browser is to make a page of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
import websockets

from tests.edge.test_edge_wire import SOCKET, answered
from tests.library.library import Library
from tests.live.talking import PATIENCE, PROTOCOL, serving

HELLO = {"query": "{ openingHours }"}
LATER = {"query": "{ openingHours ... @defer { __typename } }"}
GRAPHQL = {"accept": "application/graphql-response+json"}
EVENTS = {"accept": "text/event-stream"}
MIXED = {"accept": "multipart/mixed, application/json"}
BROWSER = {"accept": "text/html"}


@pytest.fixture
async def address() -> AsyncGenerator[str]:
    """A server's, with GraphiQL."""
    async with serving(Library().graph, examples=[]) as (address, _):
        yield address


@pytest.mark.parametrize(
    ("method", "path", "asked", "status"),
    [
        ("POST", "/graphql", {"json": HELLO}, 200),
        ("POST", "/graphql", {"json": HELLO, "headers": {"accept-encoding": "gzip"}}, 200),
        ("POST", "/graphql", {"json": HELLO, "headers": EVENTS}, 200),
        ("POST", "/graphql", {"json": LATER, "headers": MIXED}, 200),
        ("PUT", "/graphql/stream", {}, 201),
        ("POST", "/graphql", {"json": {"query": "{"}, "headers": GRAPHQL}, 400),
        ("POST", "/graphql", {"json": HELLO, "headers": BROWSER}, 406),
        ("POST", "/graphql", {"content": b"{}"}, 415),
        ("GET", "/graphql", {"params": HELLO}, 403),
        ("PATCH", "/graphql", {}, 405),
        ("GET", "/nothing", {}, 404),
        ("GET", "/", {"headers": BROWSER}, 307),
        ("GET", "/health/live", {}, 200),
        ("GET", "/graphiql", {}, 200),
        ("GET", "/graphiql/assets/LICENSES.txt", {}, 200),
    ],
)
async def test_every_answer_says_so_once(address, method, path, asked, status):
    """Those that are made at once, those that come in parts, files, and those that say no."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE) as client:
        answer = await client.request(method, path, **asked)
    assert answer.status_code == status
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize(
    "sent",
    [
        b"HELLO\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: ".ljust(2_000_001, b"x"),
        b"GET /elsewhere HTTP/1.1\r\n" + SOCKET % b"x" + b"\r\n",
        b"GET /graphql HTTP/1.1\r\nOrigin: https://evil.example\r\n" + SOCKET % b"x" + b"\r\n",
        b"GET /graphql HTTP/1.1\r\nContent-Length: 2\r\n" + SOCKET % b"x" + b"\r\n{}",
    ],
    ids=["no HTTP", "too large", "no socket", "another site", "no handshake"],
)
async def test_so_does_what_no_endpoint_sees(address, sent):
    """What is said of a connection, and not of a request."""
    answer = await asyncio.to_thread(answered, address, sent)
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert head.count(b"\r\nx-content-type-options: nosniff") == 1


async def test_sockets_are_opened_all_the_same(address):
    """Their handshake's answer says it as well."""
    async with websockets.connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL]) as socket:
        assert socket.response is not None
        assert socket.response.headers.get_all("x-content-type-options") == ["nosniff"]
