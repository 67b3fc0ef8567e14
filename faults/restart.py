"""Servers that are replaced, and servers that end, while they are asked."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncGenerator

import psutil

from faults import lasting
from faults.findings import Finding, milliseconds
from faults.gone import gone_in_time
from faults.load import LOST, Client, Load, closed
from faults.servers import Server, Stores, server

QUICK = {"query": "{ flight(id: 1) { carrier } }"}
DELAY, LIMIT = 1, 10
PATIENCE = 60


def workers(running: Server) -> set[int]:
    """The processes that answer."""
    return {child.pid for child in psutil.Process(running.process.pid).children()}


def unanswered(load: Load) -> str:
    """How many were not, of how many."""
    lost = load.statuses[LOST]
    return f"{len(load.told) - load.statuses[200]} of {len(load.told)}, {lost} lost"


async def rolling(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """Two workers, one after the other; one that dies; and a parent that does."""
    async with server(stores, workers=2) as running:
        yield "two workers restart one by one, under load", await restarted(running)
        yield "a worker is killed", [await replaced(running)]
        left = workers(running)
        running.process.kill()
        await running.process.wait()
        gone = await gone_in_time(left)
        yield "the parent is killed", [Finding("its workers end as well", f"{len(left)}", gone)]


async def restarted(running: Server) -> list[Finding]:
    """By SIGHUP, while clients ask all the time."""
    ended, before = asyncio.Event(), workers(running)
    asking = asyncio.create_task(closed(running.url, lambda _: QUICK, clients=16, until=ended))
    await asyncio.sleep(1)
    running.process.send_signal(signal.SIGHUP)
    await running.saying('"restarted"')
    await asyncio.sleep(1)
    ended.set()
    load, after = await asking, workers(running)
    others = len(after - before)
    none = load.statuses[200] == len(load.told)
    return [
        Finding("both are others afterwards", f"{others} of {len(after)}", others == 2),
        Finding("0 requests are lost", unanswered(load), none),
    ]


async def replaced(running: Server) -> Finding:
    """Another worker comes in place of one that is killed."""
    victim = min(workers(running))
    psutil.Process(victim).kill()
    await running.saying('"worker_died"')
    until = time.monotonic() + PATIENCE
    while len(workers(running) - {victim}) < 2 and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    client = Client(running.url)
    well = sum([(await client.ask(QUICK)).status == 200 for _ in range(20)])
    client.close()
    there = len(workers(running) - {victim})
    seen = f"{there} workers, {well} of 20 answered"
    return Finding("another takes its place", seen, there == 2 and well == 20)


async def stopping(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """One server, told to stop while it is asked, and listened to."""
    async with server(stores, shutdown_delay=DELAY) as running:
        ended = asyncio.Event()
        asking = asyncio.create_task(closed(running.url, lambda _: QUICK, clients=8, until=ended))
        staying = [asyncio.Event(), asyncio.Event()]
        listening = asyncio.gather(
            lasting.socket(running, staying[0]), lasting.stream(running, staying[1])
        )
        await asyncio.wait_for(asyncio.gather(*(each.wait() for each in staying)), PATIENCE)
        await asyncio.sleep(1)
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        status, said = await running.readiness()
        ended.set()
        load = await asking
        ending = await asyncio.wait_for(running.process.wait(), PATIENCE)
        took = time.monotonic() - began
        ends = await listening
        traced = "Traceback" in running.said
    well = ending == 0 and took < DELAY + LIMIT + 1
    yield (
        "SIGTERM under load",
        [
            Finding("it is not ready at once", f"{status} {said}", status == 503),
            Finding(
                "meanwhile it answers on", unanswered(load), load.statuses[200] == len(load.told)
            ),
            *ends,
            Finding("it ends well, in time", f"status {ending}, {milliseconds(took)}", well),
            Finding("without a traceback", "", not traced),
        ],
    )
