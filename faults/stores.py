"""Stores that are killed, and stores that are there but do not answer."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Mapping
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
STATUSES = {200, 503, 504, LOST}
KILLED_SECONDS, FROZEN_SECONDS = 3.0, 1.0
SERVER_SECONDS = 2
"""What the server waits for clients who say nothing of it."""
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
    odd = [each for each in load.told if each.codes - AWAY or not each.is_told]
    statuses = {status: number for status, number in load.statuses.items() if status != LOST}
    slowest = max(each.seconds for each in load.told)
    failed = sum(bool(each.codes) for each in load.told)
    return [
        Finding("no connection is lost", f"{lost} of {len(load.told)}", lost == 0),
        Finding(
            "what fails says that a store is away", f"{failed} failed, {len(odd)} else", not odd
        ),
        Finding("by 200, 503 or 504", f"{statuses}", load.statuses.keys() <= STATUSES),
        Finding(f"nobody waits for more than {most:g} s", milliseconds(slowest), slowest < most),
    ]


def without_redis(load: Load) -> Finding:
    """It is a help, and never a need."""
    failed = sum(bool(each.codes) or each.status != 200 for each in load.told)
    return Finding("nothing fails without Redis", f"{failed}", failed == 0)


async def killed(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """Each in turn, while it is asked."""
    async with server(stores) as running:
        for name in NAMES:
            async with asked(running, name) as load:
                stores.send(name, signal.SIGKILL)
                await asyncio.sleep(1)
                again = await back(running, name)
            findings = told_of(load, KILLED_SECONDS)
            if name == "redis":
                findings.append(without_redis(load))
            seen = "never" if again is None else f"{again:.1f} s"
            findings.append(Finding("it is used again when it is back", seen, again is not None))
            yield f"{name} is killed", findings


async def frozen(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """Each in turn; clients wait for a second, or for as long as the server lets them."""
    told = {"request_timeout_ms": f"{FROZEN_SECONDS * 1000:.0f}"}
    async with server(stores) as running:
        for name in NAMES:
            yield f"{name} is frozen", await froze(stores, running, name, FROZEN_SECONDS, told)
    async with server(stores, request_timeout=SERVER_SECONDS) as running:
        for name in NAMES:
            title = f"{name} is frozen, and clients say nothing of deadlines"
            yield title, await froze(stores, running, name, SERVER_SECONDS, {})


async def froze(
    stores: Stores, running: Server, name: str, most: float, headers: Mapping[str, str]
) -> list[Finding]:
    """One store, for four seconds; nobody is to wait for much more than ``most``."""
    async with asked(running, name, **headers) as load:
        stores.send(name, signal.SIGSTOP)
        try:
            await asyncio.sleep(4)
            status, _ = await running.readiness()
        finally:
            stores.send(name, signal.SIGCONT)
        again = await back(running, name)
    findings, expected = told_of(load, most + 0.5), 200 if name == "redis" else 503
    findings.append(Finding(f"readiness is {expected}", str(status), status == expected))
    if name == "redis":
        findings.append(without_redis(load))
    seen = "never" if again is None else f"{again:.1f} s"
    return [*findings, Finding("it is used again when it goes on", seen, again is not None)]
