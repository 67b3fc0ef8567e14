"""The cache on a server that is gone, hung or slow: nobody waits, nothing fails, it recovers."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Sequence

import pytest
import uvloop
from structlog.testing import capture_logs
from ticking import ticking
from valkey_server import Relay, Valkey, free_port

from datasources.redis import RedisCache
from telemetry import begin
from telemetry.recording import recorded_spans


async def _seconds_of(reads: int, cache: RedisCache, keys: Sequence[str] = ("k",)) -> float:
    """The time of so many reads, one after the other, all of which find nothing."""
    async with ticking() as seconds:
        for _ in range(reads):
            assert await cache.get_many(keys) == [None] * len(keys)
        return seconds()


async def _served(cache: RedisCache) -> float:
    """Seconds until key "k" is served again."""
    async with ticking() as seconds:
        while await cache.get_many(["k"]) == [None]:
            assert seconds() < 5, "never served"
            cache.set_many({"k": b"v"}, ttl=60)
            await asyncio.sleep(0.02)
        return seconds()


async def test_a_hung_server_costs_one_timeout(valkey: Valkey, cache: RedisCache):
    """SIGSTOP: 20 reads take one timeout together; after SIGCONT it is used again."""
    await _served(cache)
    valkey.send(signal.SIGSTOP)
    assert await _seconds_of(20, cache) < 0.5
    assert await cache.ping() == "no answer in time"
    valkey.send(signal.SIGCONT)
    assert await _served(cache) < 1.6


async def test_a_long_timeout_does_not_outlast_a_request(valkey: Valkey, opened):
    """A timeout beyond a request's 50 ms is cut to them, and still opens the breaker."""
    cache = opened(valkey.url, timeout=5.0)
    await _served(cache)
    valkey.send(signal.SIGSTOP)
    begin()
    assert await _seconds_of(20, cache) < 0.5
    assert cache._breaker.state == "open"


async def test_readers_at_the_same_time_wait_once(valkey: Valkey, opened):
    """All readers that a hang catches wait together, more than there are connections."""
    cache = opened(valkey.url, pool_size=1)  # in turns, they would wait for 3 s
    await _served(cache)
    valkey.send(signal.SIGSTOP)
    async with ticking() as seconds:
        answers = await asyncio.gather(*(cache.get_many(["k"]) for _ in range(100)))
        assert seconds() < 1.2
    assert answers == [[None]] * 100


async def test_nobody_waits_for_the_probe(valkey: Valkey, cache: RedisCache):
    """While it stays hung, probes run behind the readers' backs: reads cost nothing."""
    await _served(cache)
    valkey.send(signal.SIGSTOP)
    await _seconds_of(1, cache)
    await asyncio.sleep(1.05)
    assert await _seconds_of(100, cache) < 1  # waiting, they would take 3 s
    assert cache._breaker.state == "half-open"


async def test_a_killed_server_is_used_again_after_its_restart(valkey: Valkey, cache: RedisCache):
    """Kill -9: reads find nothing, at once; a new server is found within a second and a half."""
    await _served(cache)
    valkey.send(signal.SIGKILL)
    assert await _seconds_of(100, cache) < 1
    assert "Error 111" in (await cache.ping() or "")
    valkey.start()
    assert await _served(cache) < 1.6


@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid"])
async def test_an_absent_server_costs_little(host: str, opened: Callable[..., RedisCache]):
    """A refused port or a name that does not resolve: reads, writes and close are all quick."""
    cache = opened(f"redis://:hunter2@{host}:{free_port()}")
    async with ticking() as seconds:
        cache.set_many({"k": b"v"}, ttl=60)
        await _seconds_of(100, cache)
        assert seconds() < 1
        reason = await cache.ping()
        assert reason
        assert "hunter2" not in reason
        await cache.close()
        assert seconds() < 3


async def test_an_absent_socket_file_costs_little(tmp_path, opened):
    """The same over unix://."""
    assert await _seconds_of(100, opened(f"unix://{tmp_path}/none.sock")) < 1


async def test_a_slow_server_costs_a_request_50_ms_in_all(valkey, opened):
    """Answers that each come just in time: a request stops asking once it has waited 50 ms.

    That is no failure of the server: the next request asks again.
    """
    async with Relay(valkey.port, delay=0.012) as slow:
        cache = opened(f"redis://127.0.0.1:{slow.port}")
        await cache.ping()
        await cache.drain()
        assert await cache.ping() is None
        for _ in range(3):
            tally = begin()
            await _seconds_of(10, cache)
            assert tally.cache_misses == 10
            assert 1 <= tally.store_calls["redis"] <= 4
            assert cache._breaker.closed


def test_a_busy_event_loop_is_not_taken_for_a_slow_server(valkey: Valkey):
    """Our own long computations do not open the breaker: the answer is there when they end.

    On uvloop, which looks at its timers before its sockets.
    """

    async def read_often(cache: RedisCache) -> None:
        await _served(cache)
        for _ in range(10):
            assert await cache.get_many(["k"]) == [b"v"]
            await asyncio.sleep(0.001)

    async def busy() -> None:
        cache = RedisCache(valkey.url)
        reading = asyncio.create_task(read_often(cache))
        while not reading.done():
            time.sleep(0.045)  # noqa: ASYNC251 - being busy is the point
            await asyncio.sleep(0.001)
        await cache.close()
        reading.result()

    uvloop.run(busy())


async def test_a_slow_first_connection_is_kept_for_the_next(valkey, opened):
    """A read that came too late still leaves its connection behind, so that the probe succeeds."""
    async with Relay(valkey.port, delay=0.07) as slow:
        # A password costs a first round trip: 140 ms in all, more than a read may take.
        valkey.stop()
        valkey.start("--requirepass", "hunter2")
        cache = opened(f"redis://:hunter2@127.0.0.1:{slow.port}", timeout=0.1)
        assert await cache.ping() == "no answer in time"
        await cache.drain()
        assert await cache.ping() is None


async def test_each_change_is_logged_once(valkey: Valkey, cache: RedisCache):
    """One line when it fails and one when it is well again, however many reads there are."""
    await _served(cache)
    with capture_logs() as lines:
        valkey.send(signal.SIGSTOP)
        await asyncio.gather(*(cache.get_many(["k"]) for _ in range(20)))
        await asyncio.sleep(1.05)
        await _seconds_of(5, cache)
        valkey.send(signal.SIGCONT)
        await _served(cache)
    assert [(line["event"], line.get("reason")) for line in lines] == [
        ("cache_unavailable", "no answer in time"),
        ("cache_available", None),
    ]


async def test_spans_of_failures_say_the_kind_only(valkey: Valkey, cache: RedisCache):
    """A read in vain has error.type; reads that were not made have no span."""
    await _served(cache)
    tally = begin()
    with recorded_spans() as recorded:
        valkey.send(signal.SIGSTOP)
        await _seconds_of(5, cache, ("hunter2",))
    (span,) = recorded.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "TimeoutError"
    assert span.status.description is None
    assert "hunter2" not in span.to_json()
    assert tally.store_calls == {"redis": 1}
    assert (tally.cache_hits, tally.cache_misses) == (0, 5)


async def test_close_during_a_hang_is_quick_and_leaves_nothing(valkey, opened):
    """Shutdown does not wait for a hung server, and no task complains afterwards."""
    cache = opened(valkey.url)
    await _served(cache)
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
    valkey.send(signal.SIGSTOP)
    async with ticking() as seconds:
        cache.set_many({"k": b"v"}, ttl=60)
        await cache.get_many(["k"])
        await cache.close()
        assert seconds() < 1.0
    assert not cache._background
    gc.collect()
    asyncio.get_running_loop().set_exception_handler(None)
    assert not complaints
