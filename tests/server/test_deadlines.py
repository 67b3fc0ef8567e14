"""What becomes in the stores of requests whose client has gone, or whose time is up."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from running import Running, eventually

from datasources.embedded import EmbeddedUrls
from faults.doors import door

AIRLINES = {"query": "query Airlines { airlines { nodes { name } } }"}
# What others share a session for, and what they wait for together, among them.
READS = {
    "a row by its key": "{ flight(id: 1) { carrier } }",
    "a hop within": "{ planes(first: 3) { nodes { flights(first: 1) { nodes { id } } } } }",
    "a hop into": "{ airports(first: 3) { nodes { departures(first: 1) { nodes { id } } } } }",
}
AIRPORTS = {"query": "{ airports(first: 3) { nodes { name } } }"}
WAITING = """
  SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'
"""


@pytest.fixture
def admin(sample_servers: EmbeddedUrls) -> Generator[psycopg.Connection[Any]]:
    """A look at the sessions of the server."""
    with psycopg.connect(sample_servers.postgres or "", autocommit=True) as connection:
        yield connection


@contextmanager
def locked(urls: EmbeddedUrls, table: str) -> Generator[None]:
    """As long as this lasts, nobody reads the table: whoever does waits in the server."""
    with psycopg.connect(urls.postgres or "") as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")  # type: ignore[arg-type]
        yield
        connection.rollback()


def asked(url: str, body: Any) -> socket.socket:
    """A connection that has asked, and has not heard yet."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=60)
    content = json.dumps(body).encode()
    head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    connection.sendall(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
    return connection


def test_a_request_that_is_late(
    server_url: str, sample_servers: EmbeddedUrls, admin: psycopg.Connection[Any]
) -> None:
    """It is told so, its statement ends though the lock does not, and the next is answered."""
    with locked(sample_servers, "airline"):
        headers = {"request-timeout-ms": "400"}
        answer = httpx.post(f"{server_url}/graphql", json=AIRLINES, headers=headers, timeout=60)
        assert answer.status_code == 504
        assert answer.json()["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
        assert eventually(lambda: not admin.execute(WAITING).fetchall())
    for _ in range(20):  # more than there are connections
        answer = httpx.post(f"{server_url}/graphql", json=AIRLINES, timeout=60).json()
        assert len(answer["data"]["airlines"]["nodes"]) == 16


@pytest.mark.parametrize("read", READS)
def test_a_read_that_nobody_waits_for(
    server_url: str, sample_servers: EmbeddedUrls, admin: psycopg.Connection[Any], read: str
) -> None:
    """What others might share, as a session or an answer, ends as well if nobody else waits."""
    with locked(sample_servers, "flight"):
        first = asked(server_url, {"query": READS[read]})
        assert eventually(lambda: admin.execute(WAITING).fetchall())
        first.close()
        assert eventually(lambda: not admin.execute(WAITING).fetchall())


def test_a_client_that_goes_away(
    server: Running, server_url: str, sample_servers: EmbeddedUrls, admin: psycopg.Connection[Any]
) -> None:
    """Each one's statement ends, and the log tells of it; many do no harm to those that stay."""
    before = server.said.count("CLIENT_GONE")
    with locked(sample_servers, "airline"):
        connections = [asked(server_url, AIRLINES) for _ in range(5)]
        assert eventually(lambda: len(admin.execute(WAITING).fetchall()) > 0)
        for connection in connections:
            connection.close()
        assert eventually(lambda: not admin.execute(WAITING).fetchall())
        flights = {"query": "{ flight(id: 1) { carrier } }"}
        answer = httpx.post(f"{server_url}/graphql", json=flights, timeout=60).json()
        assert answer == {"data": {"flight": {"carrier": "UA"}}}
    assert eventually(lambda: server.said.count("CLIENT_GONE") == before + 5)


@pytest.mark.skipif(
    os.environ.get("MONGO_DRIVER") == "motor", reason="Motor does not end what is under way"
)
async def test_mongo_does_not_answer(
    start: Callable[..., Running], sample_servers: EmbeddedUrls
) -> None:
    """Its connection is closed when the time is up, or the client gone; the next is answered."""
    async with door(urlsplit(sample_servers.mongo or "").port or 0, b"aggregate") as held:
        running = start(
            MODELS="models",
            EXTENSIONS="extensions",
            DATABASE_URL=sample_servers.postgres or "",
            MONGO_URL=f"mongodb://127.0.0.1:{held.port}/app?directConnection=true",
            REDIS_URL=sample_servers.redis or "",
        )
        url = await asyncio.to_thread(running.url)
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            assert len((await airports(client))["data"]["airports"]["nodes"]) == 3
            with held.held():
                late = await client.post(
                    "/graphql", json=AIRPORTS, headers={"request-timeout-ms": "400"}
                )
                assert late.status_code == 504
                await asyncio.wait_for(held.left.wait(), 40)
            assert "errors" not in await airports(client)
            with held.held():
                gone = await asyncio.to_thread(asked, url, AIRPORTS)
                await asyncio.wait_for(held.asked.wait(), 40)
                assert not held.left.is_set()
                gone.close()
                await asyncio.wait_for(held.left.wait(), 40)
            assert "errors" not in await airports(client)


async def airports(client: httpx.AsyncClient) -> Any:
    """The whole answer."""
    return (await client.post("/graphql", json=AIRPORTS)).json()
