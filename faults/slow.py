"""Clients that keep us waiting: with their requests, or with what they take of an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import psutil

from faults.findings import Finding, milliseconds
from faults.load import closed, percentile
from faults.servers import Server, Stores, server

SLOW, PATIENCE = 100, 10.0
HEAD = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
LARGE = b'{"query": "{ flights(first: 1000) { nodes { id carrier flight origin dest tailnum } } }"}'
QUICK = {"query": "{ flight(id: 1) { carrier } }"}


async def trickled(running: Server, first: bytes, rest: bytes) -> tuple[bytes, float]:
    """What who sends a byte a second is told, and after how long; nothing if it never is."""
    parts = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    began = time.monotonic()
    writer.write(first)
    told = asyncio.create_task(reader.read(64))
    for number in range(20):
        await asyncio.wait([told], timeout=1)
        if told.done():
            break
        writer.write(rest[number : number + 1])
    seconds = time.monotonic() - began
    told.cancel()
    await asyncio.wait([told])
    writer.close()
    return b"" if told.cancelled() else told.result(), seconds


async def deaf(running: Server) -> bool:
    """Whether the connection ends of who asks for much and reads nothing."""
    parts = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1024)
    for _ in range(60):
        writer.write(HEAD + b"content-length: %d\r\n\r\n" % len(LARGE) + LARGE)
    reader._transport.pause_reading()  # type: ignore[attr-defined]  # noqa: SLF001
    for _ in range(30):
        await asyncio.sleep(1)
        if not open_at(running, writer.get_extra_info("sockname")[1]):
            writer.close()
            return True
    writer.close()
    return False


def open_at(running: Server, port: int) -> bool:
    """Whether the server has a connection with this port of a client."""
    connections = psutil.Process(running.process.pid).net_connections("tcp")
    return any(each.raddr and each.raddr.port == port for each in connections)


async def slow(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """Many of each kind, while others ask as always."""
    async with server(stores) as running:
        ended = asyncio.Event()
        others = asyncio.create_task(closed(running.url, lambda _: QUICK, clients=4, until=ended))
        heads = [trickled(running, HEAD, b"x-slow: " + b"y" * 40) for _ in range(SLOW)]
        start = HEAD + b"content-length: 500\r\n\r\n"
        bodies = [trickled(running, start, b'{"query": "' + b"y" * 40) for _ in range(SLOW)]
        ends = asyncio.gather(*(deaf(running) for _ in range(5)))
        told = await asyncio.gather(*heads, *bodies)
        dropped = await ends
        ended.set()
        load = await others
    findings: list[Finding] = []
    for title, some in (("heads", told[:SLOW]), ("bodies", told[SLOW:])):
        cut = [seconds for answer, seconds in some if answer.startswith(b"HTTP/1.1 408")]
        latest = max(cut, default=0.0)
        holds = len(cut) == SLOW and latest < PATIENCE + 3
        findings.append(
            Finding(
                f"slow {title} get 408 after {PATIENCE:g} s", f"{len(cut)}, {latest:.1f} s", holds
            )
        )
    took, kept = load.of(200), sum(not each for each in dropped)
    slowest = percentile(took, 0.99)
    findings += [
        Finding("who takes no answer is let go", f"{kept} kept", kept == 0),
        Finding(
            "all others are answered",
            f"{len(took)} of {len(load.told)}",
            len(took) == len(load.told),
        ),
        Finding("as fast as always", f"99 % within {milliseconds(slowest)}", slowest < 0.5),
    ]
    yield f"{2 * SLOW} slow clients, and 5 that do not read", findings
