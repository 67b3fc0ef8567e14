"""Stores that are killed, and stores that are there but do not answer."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from faults.findings import Finding, milliseconds
from faults.load import LOST, Client, Load, closed
from faults.servers import Server, Stores, server

NAMES = ("postgres", "mongo", "redis")
QUERIES = {
    "postgres": {"query": "{ airlines { nodes { name } } }"},
    "mongo": {"query": "{ airports(first: 3) { nodes { name } } }"},
    # What Redis holds of MongoDB's rows, each time those of others.
    "redis": {"query": "query ($id: Int!) { flight(id: $id) { weather { visibility } } }"},
}
AWAY = {"STORE_UNAVAILABLE", "STORE_BUSY", "STORE_TIMEOUT", "DEADLINE_EXCEEDED"}
KILLED_SECONDS, FROZEN_SECONDS = 3.0, 1.0
PATIENCE = 60.0


def body(name: str, number: int) -> object:
    """A request that needs this store."""
    return (
        {**QUERIES[name], "variables": {"id": number % 300_000 + 1}}
        if name == "redis"
        else QUERIES[name]
    )


@asynccontextmanager
async def asked(running: Server, name: str, **headers: str) -> AsyncGenerator[Load]:
    """A load that needs this store, while this lasts; told when it is over."""
    ended, load = asyncio.Event(), Load()
    work = closed(running.url, lambda number: body(name, number), clients=4, until=ended, **headers)
    asking = asyncio.create_task(work)
    await asyncio.sleep(1)
    try:
        yield load
    finally:
        ended.set()
        found = await asking
        load.told, load.seconds = found.told, found.seconds


async def back(running: Server, name: str) -> float | None:
    """After how long a store is used again; None if that takes too long."""
    client, began, number = Client(running.url), time.monotonic(), 0
    while time.monotonic() - began < PATIENCE:
        number += 1
        told = await client.ask(body(name, 150_000 + number))
        if told.status == 200 and not told.codes:
            client.close()
            return time.monotonic() - began
        await asyncio.sleep(0.1)
    return None


def told_of(load: Load, most: float) -> list[Finding]:
    """What holds of answers meanwhile."""
    lost = load.statuses[LOST]
    odd = [each for each in load.told if each.codes - AWAY]
    slowest = max(each.seconds for each in load.told)
    failed = sum(bool(each.codes) for each in load.told)
    return [
        Finding("no connection is lost", f"{lost} of {len(load.told)}", lost == 0),
        Finding(
            "what fails says that a store is away", f"{failed} failed, {len(odd)} else", not odd
        ),
        Finding(f"nobody waits for more than {most:g} s", milliseconds(slowest), slowest < most),
    ]


async def killed(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """Each in turn, while it is asked."""
    async with server(stores) as running:
        for name in NAMES:
            async with asked(running, name) as load:
                stores.send(name, signal.SIGKILL)
                await asyncio.sleep(1)
                again = await back(running, name)
            findings = told_of(load, KILLED_SECONDS)
            seen = "never" if again is None else f"{again:.1f} s"
            findings.append(Finding("it is used again when it is back", seen, again is not None))
            yield f"{name} is killed", findings


async def frozen(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """Each in turn; clients wait for a second."""
    async with server(stores) as running:
        for name in NAMES:
            async with asked(
                running, name, request_timeout_ms=f"{FROZEN_SECONDS * 1000:.0f}"
            ) as load:
                stores.send(name, signal.SIGSTOP)
                try:
                    await asyncio.sleep(4)
                    status, _ = await running.readiness()
                finally:
                    stores.send(name, signal.SIGCONT)
                again = await back(running, name)
            findings = told_of(load, FROZEN_SECONDS + 0.5)
            expected = 200 if name == "redis" else 503
            findings.append(Finding(f"readiness is {expected}", str(status), status == expected))
            if name == "redis":
                failed = sum(bool(each.codes) for each in load.told)
                findings.append(Finding("nothing fails without Redis", f"{failed}", failed == 0))
            seen = "never" if again is None else f"{again:.1f} s"
            findings.append(Finding("it is used again when it goes on", seen, again is not None))
            yield f"{name} is frozen", findings
