"""Requests that nobody waits for any longer, and what becomes of their work in the stores."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import psycopg
from pymongo.monitoring import CommandListener

import models
from catalog import catalog_of, deadline, models_in
from catalog.query import Read
from datasources.mongo import MongoSource, client_of, database_of
from faults.doors import Door, door
from faults.findings import Finding, milliseconds
from faults.full import READS, slow
from faults.load import Client
from faults.servers import Server, Stores, server

MOST = 0.5
DEADLINE = 0.7
WAITING = """SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'"""
Waits = Callable[[], Awaitable[bool]]


class Commands(CommandListener):
    """What a driver sends."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def started(self, event: Any) -> None:
        """A command goes out."""
        self.sent.append(dict(event.command))

    def succeeded(self, event: Any) -> None:
        """Is of no interest."""

    def failed(self, event: Any) -> None:
        """The same."""


async def until(waits: Waits, *, are: bool, seconds: float = 10) -> float:
    """How long it takes until statements wait in Postgres, or none does."""
    began = time.monotonic()
    while time.monotonic() - began < seconds and await waits() != are:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return time.monotonic() - began


@asynccontextmanager
async def watched(url: str) -> AsyncGenerator[Waits]:
    """Tells whether statements wait in Postgres."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:

        async def waits() -> bool:
            return bool(await (await admin.execute(WAITING)).fetchall())

        yield waits


async def ended(stores: Stores, running: Server, waits: Waits, *, late: bool) -> float:
    """How long a statement goes on for which time is up (``late``), or whose client has gone."""
    headers = {"request_timeout_ms": f"{DEADLINE * 1000:.0f}"} if late else {}
    async with slow(stores, "postgres"):
        began, client = time.monotonic(), Client(running.url)
        asking = asyncio.create_task(client.ask(READS["postgres"], **headers))
        await until(waits, are=True)
        if late:
            await asyncio.sleep(max(0.0, DEADLINE - (time.monotonic() - began)))
        else:
            asking.cancel()
        took = await until(waits, are=False)
        await asyncio.wait([asking])
        client.close()
    return took


async def in_mongo(stores: Stores) -> list[Finding]:
    """What its driver sends, as its own listener tells, and when a read is let go of."""
    commands, catalog = Commands(), catalog_of(models_in(models))
    client = client_of(stores.urls.mongo or "", event_listeners=[commands])
    source, read = MongoSource(database_of(client), catalog), Read(catalog["Airport"], (), limit=1)
    await source.read([read])
    deadline.limit(time.monotonic() + 2)
    await source.read([read])
    deadline.limit(None)
    given = [each["maxTimeMS"] for each in commands.sent if "aggregate" in each][-1]
    stores.send("mongo", signal.SIGSTOP)
    try:
        reading = asyncio.create_task(source.read([read]))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        reading.cancel()
        await asyncio.wait([reading])
        took = time.monotonic() - began
    finally:
        stores.send("mongo", signal.SIGCONT)
    well = len((await source.read([read]))[0][()].rows) == 1
    await source.close()
    return [
        Finding("MongoDB is told what is left of 2 s", f"maxTimeMS {given}", 1000 < given <= 2100),
        Finding("a read of it is let go of within 500 ms", milliseconds(took), took < MOST),
        Finding("and the next one is answered", "", well),
    ]


async def let_go(running: Server, held: Door, *, late: bool) -> float | None:
    """How long a connection to MongoDB stays open for a request whose time is up, or client gone.

    None if it is not closed while MongoDB does not answer.
    """
    headers = {"request_timeout_ms": f"{DEADLINE * 1000:.0f}"} if late else {}
    with held.held():
        began, client = time.monotonic(), Client(running.url)
        asking = asyncio.create_task(client.ask(READS["mongo"], **headers))
        await asyncio.wait_for(held.asked.wait(), 10)
        ended = began + DEADLINE
        if not late:
            await asyncio.sleep(0.2)
            ended = time.monotonic()
            asking.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(held.left.wait(), 5)
        await asyncio.wait([asking])
        client.close()
    return held.left_at - ended if held.left.is_set() else None


async def through_a_server(stores: Stores) -> list[Finding]:
    """What MongoDB sees of the whole server, when it does not come to an end with a read."""
    findings: list[Finding] = []
    port = urlsplit(stores.urls.mongo or "").port or 0
    async with door(port, b"aggregate") as held:
        url = f"mongodb://127.0.0.1:{held.port}/app?directConnection=true"
        async with server(stores, mongo_url=url) as running:
            client = Client(running.url)
            await client.ask(READS["mongo"])  # so that it is known, and connected
            for title, late in (("its client has gone", False), ("its time is up", True)):
                took = await let_go(running, held, late=late)
                promise = f"MongoDB's connection is closed within 500 ms when {title}"
                seen = "never" if took is None else milliseconds(took)
                findings.append(Finding(promise, seen, took is not None and 0 <= took < MOST))
                told = await client.ask(READS["mongo"])
                well = told.status == 200 and not told.codes
                findings.append(Finding("and the next read is answered", f"{told.status}", well))
            client.close()
    return findings


async def deadlines(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """In Postgres by its own list of what runs; in MongoDB by connections, and what it is sent."""
    findings: list[Finding] = []
    async with server(stores) as running, watched(stores.urls.postgres or "") as waits:
        for title, late in (("its client has gone", False), ("its time is up", True)):
            took = await ended(stores, running, waits, late=late)
            promise = f"Postgres ends a statement within 500 ms when {title}"
            findings.append(Finding(promise, milliseconds(took), took < MOST))
    findings += await through_a_server(stores)
    yield "requests that nobody waits for", findings + await in_mongo(stores)
