"""What was kept of rows counts no more once they are written, here and in other processes."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import pytest
from shop import ADMIN, ANN, Shop, rows
from shop_models import CATALOG

from catalog import Store
from catalog.change import Isolation, Transaction
from datasources.embedded import EmbeddedUrls
from datasources.errors import CommitUnknown
from datasources.memory import MemorySource
from datasources.redis import Cache, RedisCache, redis_cache
from telemetry import begin
from tests.library.sources import CountingSource, DictCache

QUERY = "{ orders { nodes { product { title stock } } } }"
GROWN = '{ updateProduct(code: "p", increment: {stock: 1}) { ... on ProductWritten { affected } } }'


def workers(cache: Cache, held: MemorySource | None = None) -> tuple[Shop, Shop, CountingSource]:
    """Two processes over the same stores and one cache, and the store of products."""
    held = held or MemorySource(CATALOG, Store.MONGO, rows()[Store.MONGO])
    products = CountingSource(held)
    orders = MemorySource(CATALOG, Store.POSTGRES, rows()[Store.POSTGRES])
    sources = {Store.POSTGRES: orders, Store.MONGO: products}
    one, other = (Shop(sources, cache=cache, cache_local_bytes=1_000_000) for _ in range(2))
    return one, other, products


async def stock(shop: Shop) -> int:
    """The stock of what was ordered, as a request of its own is told it."""
    begin()
    operation = shop.graph.operations.find(QUERY, None)
    assert operation
    answer = await operation.run(shop.graph.context(ANN), {})
    assert answer
    assert answer.data
    await shop.graph.cache.drain()
    data: Any = orjson.loads(answer.data)
    return data["orders"]["nodes"][0]["product"]["stock"]


@pytest.fixture(params=["dict", "redis"])
async def cache(
    request: pytest.FixtureRequest, servers: EmbeddedUrls, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Cache]:
    """A cache that never forgets, and a real one, for which these tests wait."""
    if request.param == "dict":
        yield DictCache()
        return
    monkeypatch.setattr(redis_cache, "REQUEST_SECONDS", 5.0)
    opened = RedisCache(servers.redis or "", space=uuid.uuid4().hex, timeout=1.0)
    yield opened
    await opened.close()


async def test_other_processes_read_what_was_written(cache: Cache):
    """At once; and until it is written it is kept."""
    one, other, products = workers(cache)
    for _ in range(3):
        assert await stock(one) == await stock(other) == 5
    kept = len(products.calls)
    assert await stock(one) == 5
    assert len(products.calls) == kept
    for more in range(1, 4):
        await one.write(GROWN)
        assert await stock(other) == await stock(one) == 5 + more


async def test_what_was_read_before_a_write_and_kept_after_it_does_not_count(cache: Cache):
    """A slow reader cannot bring back what is gone."""
    one, other, products = workers(cache)
    await stock(one)  # so that there is a mark
    await stock(one)
    await one.write(GROWN)
    read, raced = products.read, []

    async def overtaken(reads: Any) -> Any:
        found = await read(reads)
        if not raced:
            raced.append(True)
            await one.write(GROWN)
        return found

    products.read = overtaken
    assert await stock(other) == 6  # it began before the write
    assert raced
    assert await stock(other) == await stock(one) == 7


class Vague(MemorySource):
    """A source whose transactions are committed, of which one is not told."""

    def __init__(self, leave: Callable[[], Awaitable[None]]) -> None:
        super().__init__(CATALOG, Store.MONGO, rows()[Store.MONGO])
        self.leave = leave

    @asynccontextmanager
    async def begin(self, isolation: Isolation | None = None) -> AsyncGenerator[Transaction]:
        """One of memory's."""
        async with super().begin(isolation) as transaction:
            yield transaction
        await self.leave()


async def lost() -> None:
    """Ends a commit of which nobody knows."""
    raise CommitUnknown("mongo", "Lost.")


async def left() -> None:
    """Ends one whose client has gone away."""
    raise asyncio.CancelledError


@pytest.mark.parametrize("leave", [lost, left])
async def test_a_commit_that_may_have_been_made_is_read(
    cache: Cache, leave: Callable[[], Awaitable[None]]
):
    """Whoever is told to read what is there does not read what was kept before."""
    one, other, _ = workers(cache, Vague(leave))
    for _ in range(3):
        assert await stock(one) == await stock(other) == 5
    with suppress(asyncio.CancelledError):
        answer = await one.ask(f"mutation {GROWN}")
        assert answer["errors"][0]["extensions"]["code"] == "COMMIT_UNKNOWN"
    assert await stock(other) == await stock(one) == 6


async def test_a_write_that_is_rolled_back_leaves_what_was_kept(cache: Cache):
    """Nothing has changed."""
    one, other, products = workers(cache)
    for _ in range(3):
        await stock(other)
    calls = len(products.calls)
    refused = await one.codes('updateProduct(code: "p", increment: {stock: -9})', ADMIN)
    assert refused == [("VALUE_INVALID", "increment.stock")]
    before = len(products.calls)
    assert await stock(other) == 5
    assert len(products.calls) == before >= calls
