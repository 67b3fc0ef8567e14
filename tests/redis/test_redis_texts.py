"""Documents that all processes share in one Valkey, within bounds; and what is done without it."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import signal
from typing import Any

import httpx
from valkey_server import Valkey

from datasources.redis import Texts
from edge.app import create_app
from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from tests.library.library import Library

HELLO = "{ openingHours }"


def hash_of(text: str) -> str:
    """As Apollo's clients make it."""
    return hashlib.sha256(text.encode()).hexdigest()


def process(url: str) -> tuple[httpx.AsyncClient, Documents]:
    """A client of a server of its own."""
    documents = Documents(Kept(Texts(url, ttl=60, most=10)))
    graph = dataclasses.replace(Library().graph, documents=documents)
    app = create_app(graph, max_body_bytes=100_000, examples=None)
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://library"), documents


async def asked(client: httpx.AsyncClient, text: str, *, whole: bool = False) -> dict[str, Any]:
    """By its hash, and with the text if ``whole``."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}
    body = {"extensions": extensions, **({"query": text} if whole else {})}
    return (await client.post("/graphql", json=body)).json()


async def test_what_came_to_one_process_all_know(valkey: Valkey):
    """Also while Valkey is away, of what they have asked for before; the rest is sent again."""
    (here, one), (there, other) = process(valkey.url), process(valkey.url)
    async with here, there:
        assert "errors" in await asked(there, HELLO)
        answer = await asked(here, HELLO, whole=True)
        assert await asked(there, HELLO) == answer == {"data": {"openingHours": "9 to 5"}}
        valkey.send(signal.SIGKILL)
        assert await asked(there, HELLO) == answer
        unknown = await asked(there, "{ __typename }")
        assert unknown["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert "data" in await asked(there, "{ __typename }", whole=True)
        assert "data" in await asked(there, "{ __typename }")
    await one.close()
    await other.close()


async def test_the_latest_stay_and_no_more(valkey: Valkey):
    """Those that were used last, by whomever."""
    texts = Texts(valkey.url, ttl=60, most=3)
    names = [hash_of(name) for name in "abcde"]
    for name in names[:3]:
        await texts.keep(name, f"text {name}")
        await asyncio.sleep(0.01)  # times are in milliseconds
    assert await texts.find(names[0]) == f"text {names[0]}"
    await texts.keep(names[3], "fourth")
    found = [await texts.find(name) for name in names]
    assert [each is not None for each in found] == [True, False, True, True, False]
    client = texts._redis._client
    assert await client.hlen("bigraph:{texts}:text") == 3
    assert await client.zcard("bigraph:{texts}:used") == 3
    await texts.close()


async def test_what_is_not_used_ends(valkey: Valkey):
    """By itself, if nobody asks at all; and it is not found before it is gone."""
    texts = Texts(valkey.url, ttl=1, most=10)
    await texts.keep(hash_of("a"), "a")
    assert 0 < await texts._redis._client.ttl("bigraph:{texts}:text") <= 1
    await asyncio.sleep(0.6)
    await texts.keep(hash_of("b"), "b")
    await asyncio.sleep(0.6)
    assert await texts.find(hash_of("a")) is None
    await texts.keep(hash_of("c"), "c")
    assert await texts._redis._client.hlen("bigraph:{texts}:text") == 2
    await texts.close()


async def test_what_others_wrote_is_not_believed(valkey: Valkey):
    """A text must be that of its hash, whoever put it there."""
    texts = Texts(valkey.url, ttl=60, most=10)
    kept = Kept(texts)
    await texts.keep(hash_of("{ a }"), "{ b }")
    await texts.keep(hash_of("{ c }"), "{ c }")
    assert await kept.find(hash_of("{ a }")) is None
    assert await kept.find(hash_of("{ c }")) == "{ c }"
    await texts._redis._client.hset("bigraph:{texts}:text", hash_of("{ c }"), b"\xff")
    assert await texts.find(hash_of("{ c }")) is None
    await texts._redis._client.set("bigraph:{texts}:used", "no list")
    assert await texts.find(hash_of("{ c }")) is None
    await texts.close()
