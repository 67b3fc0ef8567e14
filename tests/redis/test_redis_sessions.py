"""Logins and sessions in Redis, for all processes."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from valkey_server import Valkey

from datasources.errors import SessionsError
from datasources.redis import Sessions


@dataclass(frozen=True)
class Lifetimes:
    whole: float = 60
    idle: float = 60


@pytest.fixture
async def two(valkey: Valkey) -> AsyncGenerator[tuple[Sessions, Sessions]]:
    """As of two processes."""
    both = Sessions(valkey.url), Sessions(valkey.url)
    yield both
    for each in both:
        await each.close()


async def test_a_login_is_taken_once(two: tuple[Sessions, Sessions]):
    """By whoever comes first, and in time."""
    here, there = two
    await here.keep("a", b"x", 60)
    taken = await asyncio.gather(*(each.take("a") for each in two for _ in range(10)))
    assert sorted(taken, key=bool)[-2:] == [None, b"x"]
    await here.keep("a", b"x", 0.05)
    await asyncio.sleep(0.1)
    assert await there.take("a") is None


async def test_a_session_for_all(two: tuple[Sessions, Sessions]):
    """Read, renewed, found and ended from anywhere; what has ended is not brought back."""
    here, there = two
    await here.begin("a", b"1", Lifetimes(), ["g", "h"])
    await there.begin("b", b"2", Lifetimes(), ["g"])
    assert await there.read("a", 60) == b"1"
    assert await there.renew("a", b"3", Lifetimes(), ["i"])
    assert await here.read("a", 60) == b"3"
    assert set(await here.found("g")) == {"a", "b"}
    assert await here.found("h") == await here.found("i") == ["a"]
    await there.end("a", "b")
    assert await here.read("a", 60) is None
    assert not await here.renew("a", b"4", Lifetimes(), ["g"])
    assert await here.read("a", 60) is None


async def test_groups_forget_what_cannot_last(two: tuple[Sessions, Sessions]):
    """So that they do not grow with the logins of somebody."""
    here, _ = two
    for number in range(5):
        await here.begin(f"s{number}", b"1", Lifetimes(whole=0.05), ["g"])
    await asyncio.sleep(0.1)
    await here.begin("last", b"1", Lifetimes(), ["g"])
    assert await here.found("g") == ["last"]


async def test_a_session_that_is_not_to_last(two: tuple[Sessions, Sessions]):
    """It goes when it is told to, and is not brought back by that."""
    here, there = two
    await here.begin("a", b"1", Lifetimes(), [])
    await there.shorten("a", 0.05)
    await there.shorten("b", 60)
    await asyncio.sleep(0.1)
    assert await here.read("a", 60) is None
    assert await here.read("b", 60) is None


async def test_renewing_one_at_a_time(two: tuple[Sessions, Sessions]):
    """Only who holds it gives it back; who died loses it."""
    here, there = two
    assert await here.claim("a", "me", 60)
    assert not await there.claim("a", "you", 60)
    await there.release("a", "you")
    assert not await there.claim("a", "you", 60)
    await here.release("a", "me")
    assert await there.claim("a", "you", 0.05)
    await asyncio.sleep(0.1)
    assert await here.claim("a", "me", 60)


async def test_of_another_client(valkey: Valkey, two: tuple[Sessions, Sessions]):
    """In the same Redis."""
    other = Sessions(valkey.url, space="other")
    await two[0].begin("a", b"1", Lifetimes(), [])
    assert await other.read("a", 60) is None
    await other.close()


async def test_while_redis_is_away(valkey: Valkey, two: tuple[Sessions, Sessions]):
    """Whoever asks is told, soon; the one that finds it back may have gone away."""
    here, _ = two
    await here.begin("a", b"1", Lifetimes(), [])
    valkey.send(signal.SIGSTOP)
    for _ in range(3):
        with pytest.raises(SessionsError):
            await here.read("a", 60)
    await asyncio.sleep(1.05)
    probing = asyncio.create_task(here.read("a", 60))
    await asyncio.sleep(0.05)
    probing.cancel()
    await asyncio.gather(probing, return_exceptions=True)
    valkey.send(signal.SIGCONT)
    await asyncio.sleep(1.05)
    assert await here.read("a", 60) == b"1"


async def test_a_redis_that_refuses(valkey: Valkey, two: tuple[Sessions, Sessions]):
    """As one that has no room: that says nothing of the next command."""
    here, _ = two
    await here.begin("a", b"1", Lifetimes(), [])
    await here._client.config_set("maxmemory", "1")
    with pytest.raises(SessionsError):
        await here.begin("b", b"1", Lifetimes(), [])
    assert await here.read("a", 60) == b"1"
