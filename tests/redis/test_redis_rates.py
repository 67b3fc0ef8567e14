"""Rates over HTTP, by several processes' buckets in one Valkey, which is killed."""

from __future__ import annotations

import dataclasses
import signal

import httpx
from valkey_server import Valkey

from datasources.redis import Buckets
from edge.app import create_app
from edge.rates import Rates
from tests.library.library import Library


def process(url: str) -> tuple[httpx.AsyncClient, Buckets]:
    """A client of a server of its own, which lets nobody ask for more than 100 in a day."""
    buckets = Buckets(url)
    graph = dataclasses.replace(Library().graph, rates=Rates(100, 86_400), buckets=buckets)
    app = create_app(graph, max_body_bytes=100_000, examples=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://a"), buckets


async def status(client: httpx.AsyncClient, costs: int) -> int:
    """Of an operation that costs so much, in a document of its own."""
    query = f"{{ books(first: {costs}) {{ nodes {{ title }} }} }}"
    return (await client.post("/graphql", json={"query": query})).status_code


async def test_clients_are_known_by_all_processes_and_by_each_while_valkey_is_away(valkey: Valkey):
    """Killed under them: the next request is answered, and the rates hold on."""
    (here, one), (there, other) = process(valkey.url), process(valkey.url)
    async with here, there:
        assert [await status(here, 60), await status(there, 60)] == [200, 429]
        valkey.send(signal.SIGKILL)
        for client in (here, there):
            assert [await status(client, 60) for _ in range(3)] == [200, 429, 429]
    await one.close()
    await other.close()
