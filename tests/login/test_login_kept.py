"""What Redis has of logins and sessions: nothing that others can use, nor for too long."""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import pytest

from auth.sessions import Lifetimes, name_of
from tests.login.browsing import Browser, Worker, code_of
from tests.login.provider import Provider

HOUR = Lifetimes(whole=3_600, idle=3_600)


@pytest.fixture
async def worker(worker_of: Callable[..., Worker]) -> Worker:
    """Whose sessions may be idle as long as they last."""
    return worker_of(lifetimes=HOUR)


@pytest.fixture
async def browser(worker: Worker) -> AsyncGenerator[Browser]:
    """In front of it."""
    async with Browser(worker) as browser:
        yield browser


async def kept(worker: Worker) -> Mapping[bytes, bytes]:
    """All that Redis has of this worker's, as who reads it sees it."""
    redis: Any = worker.sessions._client
    found: dict[bytes, bytes] = {}
    async for key in redis.scan_iter(match=f"{worker.sessions._prefix}*", count=1_000):
        sorts = await redis.type(key) == b"zset"
        found[key] = b" ".join(await redis.zrange(key, 0, -1)) if sorts else await redis.get(key)
    return found


async def session_key(worker: Worker) -> bytes:
    """That of the only session."""
    (key,) = [key for key in await kept(worker) if b":session:" in key]
    return key


async def test_who_reads_a_session(browser: Browser, worker: Worker, provider: Provider):
    """Has none of its tokens, nor its claims, nor the cookie.

    The words are such as stand in no digest by chance, as `ada` does.
    """
    provider.person = {"sub": "lovelace", "sid": "s1", "name": "Augusta", "roles": ["crew"]}
    words = ("lovelace", "Augusta", "crew", "eyJhbGci", "refresh_token")
    await browser.log_in()
    for _ in range(2):
        said = b" ".join([*(held := await kept(worker)), *held.values()])
        (refresh,) = provider.refresh_tokens
        for secret in (browser.session, refresh, *words):
            assert secret.encode() not in said
        assert name_of(browser.session).encode() in said
        provider.now += provider.seconds + 31
        assert await browser.me()


async def test_who_reads_a_login(browser: Browser, worker: Worker, provider: Provider):
    """Learns no secret of it."""
    begun = await browser.begin(return_to="/flights")
    (sealed,) = (await kept(worker)).values()
    assert b"/flights" not in sealed
    await browser.come_back(await browser.authorize(begun.headers["location"]))
    (verifier,) = provider.verifiers
    assert verifier.encode() not in sealed


async def test_the_same_is_never_kept_twice(browser: Browser, worker: Worker):
    """So nobody sees whether something has changed."""
    await browser.log_in()
    vault, secret = worker.browsers._vault, browser.session
    key = await session_key(worker)
    session = await vault.find(secret)
    before = (await kept(worker))[key]
    assert await vault.renew(secret, session)
    assert (await kept(worker))[key] != before
    assert await vault.find(secret) == session


@pytest.mark.parametrize("change", ["first", "middle", "last", "short", "empty", "plain"])
async def test_who_changes_a_session(browser: Browser, worker: Worker, change: str):
    """Ends it, at worst."""
    await browser.log_in()
    redis, key = worker.sessions._client, await session_key(worker)
    sealed = bytearray((await kept(worker))[key])
    match change:
        case "first" | "middle" | "last":
            sealed[{"first": 0, "middle": len(sealed) // 2, "last": -1}[change]] ^= 1
        case "short":
            del sealed[20:]
        case "empty":
            sealed.clear()
        case _:
            sealed[:] = (await worker.browsers._vault.find(browser.session)).json()
    await redis.set(key, bytes(sealed), keepttl=True)
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"
    assert key not in await kept(worker)


async def test_who_puts_one_session_in_place_of_another(
    browser: Browser, worker: Worker, provider: Provider
):
    """Is not somebody else by it."""
    await browser.log_in()
    key = await session_key(worker)
    provider.person = provider.person | {"sub": "bob"}
    async with Browser(worker) as other:
        await other.log_in()
        there = f"{worker.sessions._prefix}session:{name_of(other.session)}".encode()
        held = await kept(worker)
        await worker.sessions._client.set(there, held[key])
        assert code_of(await other.ask()) == "SESSION_EXPIRED"


async def test_a_session_is_not_kept_beyond_its_end(
    browser: Browser, worker: Worker, provider: Provider
):
    """Whatever it may be idle, and however often it is asked for."""
    await browser.log_in()
    key, began = await session_key(worker), provider.now
    for left in (3_000, 300, 10):
        provider.now = began + HOUR.whole - left
        assert await browser.me()
        await worker.browsers._renewing.close()
        assert 0 < await worker.sessions._client.pttl(key) <= left * 1_000
    provider.now += 10
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"
    assert key not in await kept(worker)


async def test_a_login_that_was_begun_elsewhere(browser: Browser, worker: Worker):
    """Does not open with the cookie of another browser."""
    begun = await browser.begin()
    back = await browser.authorize(begun.headers["location"])
    async with Browser(worker) as other:
        await other.begin()
        refused = await other.come_back(back)
        assert (refused.status_code, code_of(refused)) == (400, "LOGIN_FAILED")
        assert "another browser" in refused.text
