"""Stores that are slow, so that all of their connections are taken."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from faults.findings import Finding, milliseconds
from faults.load import Client, Told
from faults.servers import ROOT, WORK, Server, Stores, server

READS = {
    "postgres": {"query": "{ airlines { nodes { name } } }"},
    "mongo": {"query": "{ airports(first: 3) { nodes { name } } }"},
}
WRITES = {
    "postgres": """mutation {
      createWatch(input: { flightId: 1, subject: "author" }) { __typename } }""",
    "mongo": """mutation {
      createNote(input: {
        flightId: 1, author: "author", text: "x", createdAt: "2013-01-01T00:00:00Z"
      }) { __typename } }""",
}
PLACES, ASKED = 3, 24


@asynccontextmanager
async def slow(stores: Stores, name: str) -> AsyncGenerator[None]:
    """As long as this lasts, nothing that the store is asked comes to its end."""
    if name == "mongo":
        stores.send(name, signal.SIGSTOP)
        try:
            yield
        finally:
            stores.send(name, signal.SIGCONT)
        return
    async with await psycopg.AsyncConnection.connect(stores.urls.postgres or "") as connection:
        await connection.execute("LOCK TABLE airline, watch IN ACCESS EXCLUSIVE MODE")
        yield
        await connection.rollback()


async def token() -> str:
    """Somebody's who may write."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "server.py"), "token", "--as", "author"),
        *("--data-dir", str(WORK / "server")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return said.decode().strip()


async def at_once(running: Server, body: Any, headers: Mapping[str, str]) -> Sequence[Told]:
    """More requests than there are places, each by its own connection."""
    clients = [Client(running.url) for _ in range(ASKED)]
    told = await asyncio.gather(
        *(client.ask(body, request_timeout_ms="3000", **headers) for client in clients)
    )
    for client in clients:
        client.close()
    return told


async def well(running: Server, read: Any) -> Finding:
    """Whether reads are answered again, more of them than there are places."""
    client = Client(running.url)
    again = [await client.ask(read) for _ in range(PLACES * 3)]
    client.close()
    number = sum(each.status == 200 and not each.codes for each in again)
    return Finding("afterwards all is well", f"{number} of {len(again)}", number == len(again))


def refused(told: Sequence[Told]) -> list[Finding]:
    """What holds of those for whom there was no place."""
    busy = [each for each in told if each.status == 503]
    slowest = max((each.seconds for each in busy), default=0.0)
    codes = set[str]().union(*(each.codes for each in busy))
    again = bool(busy) and all(each.may_ask_again for each in busy)
    said = ", ".join(codes)
    return [
        Finding("who has no place gets 503", f"{len(busy)}", len(busy) >= ASKED - PLACES),
        Finding("within 1 s", milliseconds(slowest), bool(busy) and slowest < 1.0),
        Finding("by one code, with Retry-After", said, codes == {"STORE_BUSY"} and again),
    ]


async def full(stores: Stores) -> AsyncGenerator[tuple[str, list[Finding]]]:
    """Reads, alone and in batches, and writes, of each store."""
    sizes = {"postgres_pool_size": PLACES, "mongo_pool_size": PLACES}
    async with server(stores, **sizes, batch_limit=5, store_timeout=3) as running:
        somebody = {"authorization": f"Bearer {await token()}"}
        for name, read in READS.items():
            asked = {"reads": read, "batches": [read] * 5, "writes": {"query": WRITES[name]}}
            for title, body in asked.items():
                headers = somebody if title == "writes" else {}
                await Client(running.url).ask(body, **headers)  # so that it is known
                async with slow(stores, name):
                    told = await at_once(running, body, headers)
                findings = [*refused(told), await well(running, read)]
                yield f"all places are taken in {name}: {title}", findings
