"""What may be shown once only: once for all processes, and while Redis is away once for each."""

import asyncio
import signal
from collections.abc import AsyncGenerator

import pytest
from valkey_server import Valkey

from datasources.redis import Replays


@pytest.fixture
async def two(valkey: Valkey) -> AsyncGenerator[tuple[Replays, Replays]]:
    """As of two processes."""
    both = Replays(valkey.url), Replays(valkey.url)
    yield both
    for each in both:
        await each.close()


async def test_once_for_all_processes(two: tuple[Replays, Replays]):
    """For as long as it is said."""
    here, there = two
    assert await here.first("a", 60)
    assert not await there.first("a", 60)
    assert await there.first("b", 1)
    assert not await here.first("b", 60)
    await asyncio.sleep(1.1)
    assert await there.first("b", 60)


async def test_asking_is_not_showing(valkey: Valkey, two: tuple[Replays, Replays]):
    """What one has shown the other is told of, for its time; while Redis is away, of its own."""
    here, there = two
    assert not await here.shown("a")
    assert await here.first("a", 1)
    assert await here.shown("a")
    assert await there.shown("a")
    await asyncio.sleep(1.1)
    assert not await here.shown("a")
    assert not await there.shown("a")
    valkey.send(signal.SIGSTOP)
    assert await here.first("b", 60)
    assert await here.shown("b")
    assert not await there.shown("b")
    valkey.send(signal.SIGCONT)


async def test_at_the_same_time(two: tuple[Replays, Replays]):
    """Of many who show it at once, one is the first."""
    asked = (each.first("a", 60) for each in two for _ in range(20))
    assert sum(await asyncio.gather(*asked)) == 1


async def test_while_redis_is_away(valkey: Valkey, two: tuple[Replays, Replays]):
    """Each process remembers its own; once Redis is back, all do."""
    here, there = two
    valkey.send(signal.SIGSTOP)
    assert await here.first("a", 60)
    assert not await here.first("a", 60)
    assert await there.first("a", 60)
    valkey.send(signal.SIGCONT)
    await asyncio.sleep(1.05)
    assert await here.first("b", 60)
    assert not await there.first("b", 60)


async def test_who_goes_away_does_not_keep_redis_away(valkey: Valkey, two: tuple[Replays, Replays]):
    """The request that was to find out whether it is back is cancelled; another one finds out."""
    here, there = two
    valkey.send(signal.SIGSTOP)
    assert await here.first("a", 60)
    await asyncio.sleep(1.05)
    probing = asyncio.create_task(here.first("b", 60))
    await asyncio.sleep(0.05)
    probing.cancel()
    await asyncio.gather(probing, return_exceptions=True)
    valkey.send(signal.SIGCONT)
    await asyncio.sleep(1.05)
    assert await there.first("c", 60)
    assert not await here.first("c", 60)
