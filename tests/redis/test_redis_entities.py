"""The entity cache on a real server, which is well, ill-treated, or slow."""

import asyncio
import signal
import time
from collections.abc import Callable

import orjson
from redis.asyncio import Redis
from valkey_server import Relay, Valkey

from auth import ANONYMOUS
from datasources.redis import RedisCache
from telemetry import Tally, begin
from tests.library.library import Library

QUERY = """{ books(orderBy: [{isbn: ASC}]) { nodes { title shelf { code slots { width } litFrom }
  reviews(first: 1) { totalCount nodes { stars paid } } } } }"""
LONG = """{ books { nodes { shelf { books { nodes { reviews { nodes { book {
  shelf { code } } } } } } } } } }"""


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


async def test_killed_hung_and_started_again(valkey: Valkey, cache: RedisCache):
    """The answers are the same all the time; a hang costs at most 50 ms, and that once."""
    expected = await Library().data(LONG)
    assert (await answered(Library(cache=cache), LONG))[0] == expected
    valkey.send(signal.SIGSTOP)
    for most in (0.3, 0.2):
        started = time.monotonic()
        answer, tally = await answered(Library(cache=cache, local_bytes=10**6), LONG)
        assert answer == expected
        assert tally.cache_wait.seconds < 0.06
        assert time.monotonic() - started < most
    valkey.send(signal.SIGKILL)
    assert (await answered(Library(cache=cache), LONG))[0] == expected
    valkey.start()
    await well(cache)
    for mongo_calls in (2, 0):
        library = Library(cache=cache)
        assert (await answered(library, LONG))[0] == expected
        assert len(library.mongo.calls) == mongo_calls


async def test_waiting_for_another_s_look_counts(valkey: Valkey, opened: Callable[..., RedisCache]):
    """A request that has waited for Redis already does not wait for what others began."""
    async with Relay(valkey.port, delay=0.025) as slow:
        cache = opened(f"redis://127.0.0.1:{slow.port}")
        await well(cache)
        library = Library(cache=cache, local_bytes=10**6)
        first = asyncio.create_task(answered(library))
        await asyncio.sleep(0.005)
        patient = asyncio.create_task(answered(library))
        await asyncio.sleep(0.005)
        begin().cache_wait.finished = 0.048
        started = time.monotonic()
        operation = library.graph.operations.find(QUERY, None)
        assert operation
        await operation.run(library.graph.context(ANONYMOUS), {})
        assert time.monotonic() - started < 0.015
        assert len(library.mongo.calls) == 1
        _, tally = await patient
        assert 0.001 < tally.cache_wait.seconds < 0.05
        assert "redis" not in tally.store_calls
        await first
        assert len(library.mongo.calls) == 2
