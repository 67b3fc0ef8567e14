"""Writes whose time is up: before the commit nothing is written, and from then on it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from keyed import Client, asking
from shop import Shop
from shop_stores import Stores

from datasources.embedded import EmbeddedUrls

CREATE = """mutation { createOrder(input: {customerId: 1, number: 2, code: "p", total: "3"}) {
  ... on OrderWritten { order { number } } } }"""
TWO = """mutation { createOrder(input: {customerId: 1, number: 2, code: "p", total: "3"}) {
  ... on OrderWritten { order { number } } }
  updateProduct(code: "p", increment: {stock: 1}) {
    ... on ProductWritten { product { stock } } } }"""
COUNT = 'SELECT count(*) FROM "order" WHERE number = 2'
MADE = {"createOrder": {"order": {"number": 2}}}


@asynccontextmanager
async def slow(urls: EmbeddedUrls, when: str) -> AsyncGenerator[None]:
    """As long as this lasts, a row takes two seconds, when it is made or when that is committed.

    Its end waits for who makes one, who is to be ended meanwhile: so the event loop goes on.
    """
    with psycopg.connect(urls.postgres or "", autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(2); RETURN NEW; END $$"
        )
        made = f'CREATE CONSTRAINT TRIGGER late AFTER INSERT ON "order" {when}'
        connection.execute(f"{made} FOR EACH ROW EXECUTE FUNCTION dawdle()")  # type: ignore[arg-type]
        try:
            yield
        finally:
            await asyncio.to_thread(connection.execute, 'DROP TRIGGER late ON "order"')


async def late(client: Client, query: str, key: str | None = None) -> tuple[int, Any]:
    """The status of an answer for which its client waits no longer than half a second; and it."""
    headers = {"authorization": b"ann", "request-timeout-ms": b"500"}
    if key:
        headers["idempotency-key"] = key.encode()
    answer = await client.send(f'{{"query": {_json(query)}}}', headers)
    return answer.status_code, answer.json()


def _json(text: str) -> str:
    return '"' + text.replace('"', '\\"').replace("\n", " ") + '"'


@pytest.mark.parametrize("query", [CREATE, TWO], ids=["one store", "both"])
async def test_before_the_commit(stocked: tuple[Stores, Shop], servers: EmbeddedUrls, query: str):
    """It is rolled back, and the client is told."""
    stores, shop = stocked
    stores.reset()
    products = list(stores.products.find())
    async with asking(shop) as client:
        async with slow(servers, ""):
            status, answer = await late(client, query)
        assert (status, answer["errors"][0]["extensions"]["code"]) == (504, "DEADLINE_EXCEEDED")
        assert stores.ask(COUNT) == [(0,)]
        assert list(stores.products.find()) == products
        assert (await client.ask(CREATE)).json() == {"data": MADE}


@pytest.mark.parametrize("key", [None, "a-key"])
async def test_in_the_commit(stocked: tuple[Stores, Shop], servers: EmbeddedUrls, key: str | None):
    """It is not ended: it would not be known what became of it."""
    stores, shop = stocked
    stores.reset()
    async with asking(shop) as client, slow(servers, "DEFERRABLE INITIALLY DEFERRED"):
        assert await late(client, CREATE, key) == (200, {"data": MADE})
    assert stores.ask(COUNT) == [(1,)]


async def test_a_key_is_free_after_what_was_rolled_back(
    stocked: tuple[Stores, Shop], servers: EmbeddedUrls
):
    """The same request may come again, and is made once."""
    stores, shop = stocked
    stores.reset()
    async with asking(shop) as client:
        async with slow(servers, ""):
            status, _ = await late(client, CREATE, "again")
        assert status == 504
        for _ in range(2):
            assert (await client.ask(CREATE, "again")).json() == {"data": MADE}
    assert stores.ask(COUNT) == [(1,)]
