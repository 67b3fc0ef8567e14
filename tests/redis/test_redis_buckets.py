"""Buckets that clients' operations take from: of all processes in Redis, else of each."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from valkey_server import Valkey

from datasources.redis import Buckets, Want


@pytest.fixture
async def two(valkey: Valkey) -> AsyncGenerator[tuple[Buckets, Buckets]]:
    """As of two processes."""
    both = Buckets(valkey.url), Buckets(valkey.url)
    yield both
    for each in both:
        await each.close()


def want(cost: float, name: str = "a", quota: float = 100, window: float = 86_400) -> Want:
    """From a bucket that hardly fills while a test runs."""
    return Want(name, quota, window, cost)


async def test_all_processes_take_from_one(two: tuple[Buckets, Buckets]):
    """Until nothing is left; what is refused takes nothing, and others' are full."""
    here, there = two
    assert await here.take([want(60)]) == (0, [40])
    assert await there.take([want(30)]) == (0, [10])
    refused = await here.take([want(30)])
    assert refused.left == [10]
    assert refused.wait == pytest.approx(0.2 * 86_400, rel=0.01)
    assert await here.take([want(10)]) == (0, [0])
    assert await here.take([want(10, "b")]) == (0, [90])


async def test_from_all_buckets_or_none(two: tuple[Buckets, Buckets]):
    """The one that has not enough says when it will."""
    here, there = two
    assert await here.take([want(50), want(5, "b", quota=5)]) == (0, [50, 0])
    refused = await there.take([want(1), want(1, "b", quota=5)])
    assert refused.left == [50, 0]
    assert refused.wait == pytest.approx(86_400 / 5, rel=0.01)


async def test_it_is_filled_again(valkey: Valkey, two: tuple[Buckets, Buckets]):
    """Evenly, and no further than to its quota; then nothing is kept of it."""
    here, there = two
    assert await here.take([want(100, window=1)]) == (0, [0])
    await asyncio.sleep(0.3)
    some = await there.take([want(20, window=1)])
    assert some.wait == 0
    await asyncio.sleep(1.5)
    assert await there.take([want(0, window=1)]) == (0, [100])
    await asyncio.sleep(1.5)
    client = here._redis._client
    assert client is not None
    assert await client.dbsize() == 0


async def test_at_the_same_time(two: tuple[Buckets, Buckets]):
    """Of many who take at once, as many get something as there is for."""
    taken = await asyncio.gather(*(each.take([want(7)]) for each in two for _ in range(20)))
    assert sum(each.wait == 0 for each in taken) == 14


async def test_while_redis_is_away_each_process_has_its_own(
    valkey: Valkey, two: tuple[Buckets, Buckets]
):
    """Killed, and started anew: nobody is let in for nothing, nobody is kept out for good."""
    here, there = two
    assert await here.take([want(100)]) == (0, [0])
    valkey.send(signal.SIGKILL)
    for each in two:
        assert await each.take([want(60)]) == (0, [40])
        assert (await each.take([want(60)])).wait > 0
    valkey.start()
    await _holds(here, 90)
    await _holds(there, 80)


async def _holds(buckets: Buckets, left: int) -> None:
    """Waits until Redis is asked again, in which the bucket of all is new."""
    async with asyncio.timeout(60):
        while True:
            taken = await buckets.take([want(0)])
            if taken.left[0] == left + 10:
                break
            await asyncio.sleep(0.1)
    assert await buckets.take([want(10)]) == (0, [left])


async def test_a_hung_redis_is_waited_for_once(valkey: Valkey, two: tuple[Buckets, Buckets]):
    """Then this process goes by its own."""
    here, _ = two
    valkey.send(signal.SIGSTOP)
    assert await here.take([want(60)]) == (0, [40])
    assert (await here.take([want(60)])).wait > 0
    valkey.send(signal.SIGCONT)


async def test_a_process_keeps_so_many_and_no_more():
    """Of the oldest nothing is known any longer."""
    buckets = Buckets(None, most_here=2)
    for name in "abc":
        assert await buckets.take([want(60, name)]) == (0, [40])
    assert (await buckets.take([want(60, "b")])).wait > 0
    assert await buckets.take([want(60, "a")]) == (0, [40])
    await buckets.close()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 15)), max_size=20))
def test_nobody_takes_more_than_the_quota_and_what_was_filled_in(asked):
    """By a clock of the test's own, over any span."""
    now = 0.0
    buckets = Buckets(None, clock=lambda: now)
    given_out: list[tuple[float, float]] = []
    for passed, cost in asked:
        now += passed
        waiting = buckets.take([Want("a", 10, 60, min(cost, 10))])
        try:
            waiting.send(None)
        except StopIteration as done:
            taken = done.value
        if taken.wait == 0:
            given_out.append((now, min(cost, 10)))
        else:
            now += taken.wait + 1e-6
            with pytest.raises(StopIteration) as again:
                buckets.take([Want("a", 10, 60, min(cost, 10))]).send(None)
            assert again.value.value.wait == 0
            given_out.append((now, min(cost, 10)))
    for since, _ in given_out:
        took = sum(cost for at, cost in given_out if since <= at)
        assert took <= 10 + (now - since) * 10 / 60 + 1e-3
