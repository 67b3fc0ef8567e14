"""The server's process: how it ends, and what it says meanwhile."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from edge.app import create_app
from edge.listening import listen
from edge.process import NoHttpError, Stop, check_http
from schema import extends
from tests.library.library import Library


@extends("Query")
class Hanging:
    """What takes longer than anybody waits."""

    begun = asyncio.Event()

    @strawberry.field
    async def forever(self) -> int:
        """Never answers."""
        Hanging.begun.set()
        await asyncio.Event().wait()
        return 1


@asynccontextmanager
async def serving() -> AsyncGenerator[tuple[str, int]]:
    """The address of a server of the library, which is ended by a signal, and waits a second."""
    app = create_app(Library(Hanging).graph, max_body_bytes=10_000, examples=None)
    stop = Stop()
    with stop.on_signals(), listen("127.0.0.1", 0) as listening:
        ending = asyncio.create_task(stop.serve(app, listening, patience=1))
        yield listening.address
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(ending, 30)


async def test_a_request_that_hangs_is_told_that_the_server_stops(caplog):
    """After a while, by an answer of its own; the log tells of no failure."""
    Hanging.begun.clear()
    caplog.set_level(logging.INFO)
    async with httpx.AsyncClient(timeout=30) as client:
        async with serving() as (host, port):
            body = {"query": "{ forever }"}
            asking = asyncio.create_task(client.post(f"http://{host}:{port}/graphql", json=body))
            await asyncio.wait_for(Hanging.begun.wait(), 30)
        answer = await asking
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (503, "SERVER_STOPPING")
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("wanted", ["h2c", "TLS/1.3"])
async def test_whoever_wants_another_protocol_is_answered_by_http(caplog, wanted):
    """And the log gives no advice to install anything."""
    caplog.set_level(logging.INFO)
    async with serving() as (host, port), httpx.AsyncClient() as client:
        answer = await client.get(
            f"http://{host}:{port}/graphql",
            params={"query": "{ openingHours }"},
            headers={"connection": "Upgrade", "upgrade": wanted, "graphql-preflight": "1"},
        )
    assert answer.json() == {"data": {"openingHours": "9 to 5"}}
    assert "install" not in caplog.text
    assert "Application startup complete" in caplog.text


async def address_told(request: Request) -> PlainTextResponse:
    """Tells who the client is."""
    assert request.client is not None
    return PlainTextResponse(request.client.host)


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("127.0.0.1", "203.0.113.9"),
        ("127.0.0.0/8,203.0.113.0/24", "198.51.100.7"),
        ("*", "198.51.100.7"),
        ("10.0.0.1", "127.0.0.1"),
    ],
)
async def test_proxies_that_are_named_are_believed_who_the_client_is(proxies, seen):
    """The last address that no such proxy has; what a client itself says before that is nothing."""
    stop = Stop()
    with listen("127.0.0.1", 0) as listening:
        app = Starlette(routes=[Route("/", address_told)])
        serving_it = asyncio.create_task(stop.serve(app, listening, proxies=proxies))
        host, port = listening.address
        async with httpx.AsyncClient() as client:
            said = {"x-forwarded-for": "198.51.100.7, 203.0.113.9"}
            answer = await client.get(f"http://{host}:{port}/", headers=said)
        stop.ask()
        await asyncio.wait_for(serving_it, 30)
    assert answer.text == seen


def test_nobody_is_served_without_what_reads_http(monkeypatch):
    """Uvicorn would do so by what knows of no gate, and of no slow clients."""
    check_http()
    monkeypatch.setitem(sys.modules, "httptools", None)
    with pytest.raises(NoHttpError, match=r"^httptools is not installed.* Install all of"):
        check_http()
