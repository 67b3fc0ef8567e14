"""Four times as many requests as can be answered, from a public that does not wait for anybody.

Clients and server have a core each, if there are two, so that neither is slow by the other; the
stores, which have little to do, have both. What a core can do differs by the second where others
share the machine: so what is answered is told by the pace that the server's had meanwhile, and what
is answered of too much is compared with what was answered just before and after, in several rounds.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import psutil
import uvloop

from faults.findings import Finding, milliseconds
from faults.load import LOST, Load, closed, for_seconds, open_load, percentile
from faults.pace import Pace, pace
from faults.servers import WORK, Server, Stores, server

ROUNDS, SECONDS, WARM_UP, PAUSE = 7, 4.0, 3.0, 1.0
DEADLINE = 2.0
TIMES = 4
HEADERS = {"request_timeout_ms": f"{DEADLINE * 1000:.0f}"}
# What takes the process long, and the store, the network and the clients not: rows with a field
# that is a resolver's. If the store were short of time, its share would go to those who ask more.
PAGE = "p%d: flights(where: { id: { gt: $from } }, orderBy: [{ id: ASC }], first: %d)"
FIELDS = "{ nodes { id onTime } }"
PAGES = " ".join(PAGE % (n, 50 + n) + FIELDS for n in range(3))
QUERY = f"query ($from: Int!) {{ {PAGES} }}"

T = TypeVar("T")


def body(number: int) -> object:
    """Some pages of flights, each time of others."""
    return {"query": QUERY, "variables": {"from": number * 37 % 300_000}}


@dataclass(frozen=True, slots=True)
class Spent:
    """What came of a load, and the seconds of processors that it took, to its last answer.

    ``pace`` is how fast the server's core was, in pieces of always the same work a second.
    """

    load: Load
    clients: float
    server: float
    pace: float

    @property
    def answered(self) -> float:
        """Requests, for what the core could do meanwhile."""
        return self.load.per_second / self.pace

    @property
    def each(self) -> float:
        """Pieces of work that the server could have done for each request that it answered."""
        return self.work / max(1, self.load.statuses[200])

    @property
    def work(self) -> float:
        """All that it could have done meanwhile."""
        return self.server * self.pace


async def overload(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """By one process, which has a core of its own if there are two; then by two, which share it."""
    cores = sorted(os.sched_getaffinity(0))
    async with server(stores) as running:
        yield await rounds(running, "one process", cores[:1], cores[-1:])
    async with server(stores, workers=2) as running:
        yield await rounds(running, "two processes", cores[:1], cores[-1:])


async def rounds(
    running: Server, title: str, cores: list[int], clients: list[int]
) -> tuple[str, list[Finding]]:
    """First what can be answered, by clients that wait, then four times that; and so on."""
    processes = [psutil.Process(running.process.pid)]
    processes += processes[0].children()
    for each in processes:
        pin(each.pid, cores)
    with pace(cores[0], WORK / "pace.txt") as measured:
        spending = partial(spent, processes, clients, measured)
        await spending(lambda: usual(running, WARM_UP))
        peaks, over = [await spending(lambda: usual(running, SECONDS))], list[Spent]()
        for _ in range(ROUNDS):
            over.append(await spending(partial(public, running, TIMES * middle(peaks))))
            await asyncio.sleep(PAUSE)
            peaks.append(await spending(lambda: usual(running, SECONDS)))
    ready, _ = await running.readiness()
    findings = [
        *let_in(peaks, over),
        *refused(over),
        costs(peaks, over),
        Finding("it is ready", str(ready), ready == 200),
    ]
    return f"{TIMES} times the {middle(peaks):.0f} a second that {title} can answer", findings


def middle(peaks: list[Spent]) -> float:
    """How many are answered a second, as a rule."""
    return statistics.median(each.load.per_second for each in peaks)


async def usual(running: Server, seconds: float) -> Load:
    """Clients that wait for their answers."""
    until = await for_seconds(seconds)
    return await closed(running.url, body, clients=32, until=until, **HEADERS)


async def public(running: Server, rate: float) -> Load:
    """Clients that do not."""
    return await open_load(running.url, body, rate=rate, seconds=SECONDS, **HEADERS)


async def spent(
    processes: list[psutil.Process],
    cores: list[int],
    measured: Pace,
    asking: Callable[[], Coroutine[None, None, Load]],
) -> Spent:
    """What comes of it, by a loop and a thread of its own: it is not the clients that are late."""
    before, clients, at = [cpu(each) for each in processes], 0.0, time.monotonic()

    def run() -> Load:
        nonlocal clients
        os.sched_setaffinity(0, cores)
        began = thread_cpu()
        load = uvloop.run(asking())
        clients = thread_cpu() - began
        return load

    load = await asyncio.to_thread(run)
    server = sum(cpu(each) - was for each, was in zip(processes, before, strict=True))
    return Spent(load, clients, server, measured.between(at, at + load.seconds))


def let_in(peaks: list[Spent], over: list[Spent]) -> list[Finding]:
    """What holds of those that are answered."""
    rates = [each.answered for each in peaks]
    parts = [
        each.answered * 2 / (before + after)
        for each, before, after in zip(over, rates, rates[1:], strict=False)
    ]
    part = statistics.median(parts)
    answered = sorted(seconds for each in over for seconds in each.load.of(200))
    late = sum(seconds > DEADLINE for seconds in answered)
    late += sum(each.load.statuses[504] for each in over)
    within = milliseconds(percentile(answered, 0.99))
    of_each = ", ".join(f"{each:.0%}" for each in parts)
    return [
        Finding("90 % of the peak are answered", f"{part:.0%} ({of_each})", part >= 0.9),
        Finding(
            f"within their deadline, {DEADLINE:g} s",
            f"{late} of {len(answered)} late, 99 % within {within}",
            late == 0,
        ),
    ]


def refused(over: list[Spent]) -> list[Finding]:
    """What holds of the others."""
    told = sorted(seconds for each in over for seconds in each.load.of(503))
    lost = sum(each.load.statuses[LOST] for each in over)
    slow = percentile(told, 0.99)
    said = f"{len(told)}, 99 % within {milliseconds(slow)}"
    every = sum(len(each.load.told) for each in over)
    return [
        Finding("others get 503 within 1 s", said, bool(told) and slow < 1.0),
        Finding("no connection is lost", f"{lost} of {every}", lost == 0),
    ]


def costs(peaks: list[Spent], over: list[Spent]) -> Finding:
    """What it took: of who asks, and of who answers and refuses, at the core's middle pace."""
    each = statistics.median(each.each for each in peaks)
    usually = statistics.median(each.pace for each in peaks)
    spared = sum(one.work - one.load.statuses[200] * each for one in over)
    number = max(1, sum(one.load.statuses[503] for one in over))
    refusing = max(0.0, spared / number)
    clients = statistics.median(one.clients / one.load.seconds for one in over)
    said = (
        f"{refusing / usually * 1e6:.0f} µs, an answer {each / usually * 1e3:.1f} ms "
        f"of the server's processor; the clients had {clients:.0%} of one"
    )
    return Finding("a refusal costs a tenth of an answer at most", said, refusing <= each / 10)


def cpu(process: psutil.Process) -> float:
    """Seconds that it had a processor."""
    times = process.cpu_times()
    return times.user + times.system


def thread_cpu() -> float:
    """The same of this thread."""
    return time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)


def pin(pid: int, cores: list[int]) -> None:
    """Keeps all threads of a process to these cores."""
    for each in psutil.Process(pid).threads():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(each.id, cores)
