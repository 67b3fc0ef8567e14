"""The entity cache on a real server, which is well or ill-treated."""

import asyncio
import signal
from collections.abc import Callable

import orjson
import pytest
from redis.asyncio import Redis
from valkey_server import Valkey

from auth import ANONYMOUS
from datasources.redis import RedisCache, redis_cache
from telemetry import Tally, begin
from tests.library.library import Library

QUERY = """{ books(orderBy: [{isbn: ASC}]) { nodes { title shelf { code slots { width } litFrom }
  reviews(first: 1) { totalCount nodes { stars paid } } } } }"""
LONG = """{ books(first: 9) { nodes { shelf { books { nodes { reviews { nodes { book {
  shelf { code } } } } } } } } } }"""


@pytest.fixture
async def cache(
    valkey: Valkey, opened: Callable[..., RedisCache], monkeypatch: pytest.MonkeyPatch
) -> RedisCache:
    """A cache that waits longer than in production: these tests are not about time."""
    monkeypatch.setattr(redis_cache, "REQUEST_SECONDS", 5.0)
    return opened(valkey.url, timeout=1.0)


@pytest.fixture
async def hasty(valkey: Valkey, opened: Callable[..., RedisCache]) -> RedisCache:
    """A cache as patient as in production."""
    hasty = opened(valkey.url)
    await well(hasty)
    return hasty


async def answered(library: Library, query: str = QUERY) -> tuple[object, Tally]:
    """The answer to a request of its own, and what it counted; writes are waited for."""
    tally = begin()
    operation = library.graph.operations.find(query, None)
    assert operation
    answer = await operation.run(library.graph.context(ANONYMOUS), {})
    assert answer
    assert answer.data
    assert not answer.errors
    await library.graph.cache.drain()
    return orjson.loads(answer.data), tally


async def well(cache: RedisCache) -> None:
    """Returns when the server answers in time."""
    for _ in range(100):
        if await cache.ping() is None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await cache.ping())


async def test_the_servers_of_one_graph_share_what_redis_keeps(cache: RedisCache):
    """What one has loaded another has not to; and what is here is not asked of Redis again."""
    expected = await Library().data(QUERY)
    for calls in ([["Shelf", "Review"]], []):
        library = Library(cache=cache, local_bytes=10**6)
        for _ in range(3):
            answer, tally = await answered(library)
            assert answer == expected
        assert library.calls()["mongo"] == calls
        assert "redis" not in tally.store_calls
        assert tally.cache_hits == tally.cache_local_hits == 9


async def test_every_spoilt_entry_is_a_miss_and_is_mended(valkey: Valkey, cache: RedisCache):
    """Empty, cut, another's, of another type: the answer is right, and the next is from Redis."""
    expected, _ = await answered(Library(cache=cache))
    async with Redis.from_url(valkey.url) as redis:
        names = sorted(await redis.keys("*"))
        good = await redis.mget(names)
        spoilt = [b"", good[1][:-1], good[0], good[3][:16] + b"[0,[]]", good[4] + b" "]
        await redis.mset(dict(zip(names, spoilt, strict=False)))
        await redis.delete(names[5])
        await redis.lpush(names[5], "no text")
    library = Library(cache=cache)
    assert (await answered(library))[0] == expected
    assert len(library.mongo.calls) == 1
    again = Library(cache=cache)
    assert (await answered(again))[0] == expected
    assert again.mongo.calls == []


async def test_entries_end_when_they_should(valkey: Valkey, cache: RedisCache):
    """Each has the time that its relation says, and the server knows it."""
    await answered(Library(cache=cache))
    async with Redis.from_url(valkey.url) as redis:
        left = [await redis.pttl(name) for name in await redis.keys("*")]
    assert len(left) == 9
    assert all(55_000 < milliseconds <= 60_000 for milliseconds in left)


async def test_killed_and_started_again(valkey: Valkey, cache: RedisCache):
    """The answers are the same all the time; what the new server lacks is put there."""
    expected = await Library().data(LONG)
    assert (await answered(Library(cache=cache), LONG))[0] == expected
    valkey.send(signal.SIGKILL)
    assert (await answered(Library(cache=cache), LONG))[0] == expected
    valkey.start()
    await well(cache)
    for mongo_calls in (2, 0):
        library = Library(cache=cache)
        assert (await answered(library, LONG))[0] == expected
        assert len(library.mongo.calls) == mongo_calls


async def test_a_hang_is_waited_for_once(valkey: Valkey, hasty: RedisCache):
    """By all levels of a request together; the next does not ask at all."""
    expected = await Library().data(LONG)
    valkey.send(signal.SIGSTOP)
    for most in (1, 0):
        answer, tally = await answered(Library(cache=hasty, local_bytes=10**6), LONG)
        assert answer == expected
        assert tally.store_calls.get("redis", 0) == most
        assert tally.cache_hits == 0
