"""Four times as many requests as can be answered, from a public that does not wait for anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import uvloop

from faults.findings import Finding, milliseconds
from faults.load import LOST, Load, closed, for_seconds, open_load, percentile
from faults.servers import Stores, server

SECONDS, WARM_UP = 6.0, 2.0
DEADLINE = 2.0
TIMES = 4
# What takes the process long, and the network and the clients not: many little pages.
PAGE = "p%d: flights(where: { id: { gt: $from } }, orderBy: [{ id: ASC }], first: %d)"
FIELDS = "{ nodes { carrier plane { seats } airline { name } } }"
PAGES = " ".join(PAGE % (n, 40 + n) + FIELDS for n in range(10))
QUERY = f"query ($from: Int!) {{ {PAGES} }}"


def body(number: int) -> object:
    """Ten pages of flights, each time of others."""
    return {"query": QUERY, "variables": {"from": number * 37 % 300_000}}


async def overload(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """First what can be answered, by clients that wait; then four times that, and that again."""
    async with server(stores) as running:
        await closed(running.url, body, clients=8, until=await for_seconds(WARM_UP))
        peak = await closed(running.url, body, clients=16, until=await for_seconds(SECONDS))
        rate, deadline = TIMES * peak.per_second, f"{DEADLINE * 1000:.0f}"
        # By a loop of their own, and a quick one: it is not the clients that are to be late.
        public = open_load(
            running.url, body, rate=rate, seconds=SECONDS, request_timeout_ms=deadline
        )
        load = await asyncio.to_thread(uvloop.run, public)
        await asyncio.sleep(2)
        after = await closed(running.url, body, clients=16, until=await for_seconds(SECONDS))
        ready, _ = await running.readiness()
    # What else the machine does differs by the second: so the peak is that of before and after.
    usual = (peak.per_second + after.per_second) / 2
    findings = [*let_in(load, usual), *refused(load)]
    again = after.per_second / peak.per_second
    findings += [
        Finding("afterwards all is as before", f"{again:.0%} of the peak", again >= 0.8),
        Finding("it is ready", str(ready), ready == 200),
    ]
    yield f"{rate:.0f} requests a second, {TIMES} times the peak", findings


def let_in(load: Load, peak: float) -> list[Finding]:
    """What holds of those that are answered."""
    answered, part = load.of(200), load.per_second / peak
    late = sum(seconds > DEADLINE for seconds in answered) + load.statuses[504]
    within = milliseconds(percentile(answered, 0.99))
    most = f"{part:.0%} of {peak:.0f} a second"
    return [
        Finding("90 % of the peak are answered", most, part >= 0.9),
        Finding(
            f"within their deadline, {DEADLINE:g} s",
            f"{late} of {len(answered)} late, 99 % within {within}",
            late == 0,
        ),
    ]


def refused(load: Load) -> list[Finding]:
    """What holds of the others."""
    told, lost = load.of(503), load.statuses[LOST]
    slow = percentile(told, 0.99)
    said = f"{len(told)}, 99 % within {milliseconds(slow)}"
    return [
        Finding("others get 503 within 1 s", said, bool(told) and slow < 1.0),
        Finding("no connection is lost", f"{lost} of {len(load.told)}", lost == 0),
    ]
