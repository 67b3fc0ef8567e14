"""Sessions over time: renewed by one process at a time, and over when they should be."""

import asyncio
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from auth.known import LOOK_SECONDS
from auth.renewing import COOL_DOWN
from auth.sessions import AHEAD, Lifetimes
from tests.auth.issuing import new_key
from tests.login.browsing import Browser, Worker, code_of
from tests.login.provider import Provider
from tests.redis.valkey_server import Valkey

ADA = "ada crew read:flights"


async def settled(*workers: Worker) -> None:
    """Until nothing is renewed any longer."""
    for worker in workers:
        await worker.browsers._renewing.close()


async def test_new_tokens_before_the_old_ones_die(
    browser: Browser, workers: list[Worker], provider: Provider
):
    """Behind the back of whoever asks, who is known all the time, over many lives of a token."""
    await browser.log_in()
    for _ in range(5):
        provider.now += provider.seconds - AHEAD + 1
        assert await browser.me() == ADA
        await settled(*workers)
    assert provider.refreshes == 5
    assert len(provider.refresh_tokens) == 1
    await browser.me(1)
    await settled(*workers)
    assert provider.refreshes == 5


async def test_no_new_tokens_before_it_is_time(browser: Browser, provider: Provider):
    """A quarter of a short life is left."""
    provider.seconds = 40
    await browser.log_in()
    provider.now += 29
    assert await browser.me() == ADA
    assert provider.refreshes == 0


@pytest.mark.parametrize("dead", [False, True])
async def test_one_process_renews(
    browser: Browser, workers: list[Worker], provider: Provider, dead: bool
):
    """Of a hundred requests to two workers one asks the issuer; all others have what it got."""
    await browser.log_in()
    provider.now += provider.seconds + (31 if dead else -5)
    provider.delay = 0.2
    asked = [browser.me(worker) for _ in range(50) for worker in (0, 1)]
    assert set(await asyncio.gather(*asked)) == {ADA}
    await settled(*workers)
    assert provider.refreshes == 1


async def test_a_change_at_the_issuer_is_seen(browser: Browser, provider: Provider):
    """Roles are those of the newest token."""
    await browser.log_in()
    provider.access = {"roles": ["captain"]}
    provider.now += provider.seconds + 31
    assert await browser.me() == "ada captain read:flights"


async def test_a_refused_renewal_ends_the_session(
    browser: Browser, workers: list[Worker], provider: Provider
):
    """Everywhere, and for good."""
    await browser.log_in()
    provider.refresh_tokens.clear()
    provider.now += provider.seconds + 31
    refused = await browser.ask()
    assert (refused.status_code, code_of(refused)) == (401, "SESSION_EXPIRED")
    assert "www-authenticate" in refused.headers
    assert code_of(await browser.ask(1)) == "SESSION_EXPIRED"
    assert provider.refreshes == 1


async def test_an_issuer_that_is_away(browser: Browser, workers: list[Worker], provider: Provider):
    """Ends nothing while the tokens hold; then it is 503, until it is back."""
    await browser.log_in()
    provider.now += provider.seconds - 1
    provider.down = True
    for _ in range(5):
        assert await browser.me() == ADA
        await settled(*workers)
    assert provider.refreshes == 1
    provider.now += 32
    refused = await browser.ask()
    assert (refused.status_code, code_of(refused)) == (503, "ISSUER_UNAVAILABLE")
    provider.down = False
    provider.now += COOL_DOWN
    assert await browser.me() == ADA


async def test_a_wrong_secret_ends_no_session(browser: Browser, provider: Provider):
    """It is our mistake, and can be mended."""
    await browser.log_in()
    good, provider.secret = provider.secret, "another"
    provider.now += provider.seconds + 31
    assert code_of(await browser.ask()) == "ISSUER_UNAVAILABLE"
    provider.secret = good
    provider.now += COOL_DOWN
    assert await browser.me() == ADA


@pytest.mark.parametrize(
    "wrong", [{"sub": "bob"}, {"iss": "https://evil.test"}, {"aud": "another"}], ids=str
)
async def test_somebody_elses_tokens(browser: Browser, provider: Provider, wrong: dict):
    """Are not taken for new ones."""
    await browser.log_in()
    provider.identity = wrong
    provider.now += provider.seconds + 31
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"


async def test_without_a_refresh_token(browser: Browser, workers: list[Worker], provider: Provider):
    """A session by an access token lasts as long as that."""
    provider.tells = {"refresh_token": None}
    await browser.log_in()
    provider.now += provider.seconds - 1
    assert await browser.me() == ADA
    provider.now += 31
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"


async def test_by_an_id_token_without_a_refresh_token(browser: Browser, provider: Provider):
    """A session lasts as long as we say."""
    provider.tells = {"refresh_token": None, "expires_in": None}
    provider.access = {"aud": "https://other.test"}
    await browser.log_in()
    provider.now += 28_799
    assert await browser.me() == "ada crew"
    provider.now += 1
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"


async def test_no_session_is_renewed_for_ever(worker_of: Callable[..., Worker], provider: Provider):
    """Its whole life is counted from the login."""
    worker = worker_of(lifetimes=Lifetimes(whole=1_000, idle=1_000))
    async with Browser(worker) as browser:
        await browser.log_in()
        for _ in range(3):
            provider.now += 299
            assert await browser.me() == ADA
            await settled(worker)
        provider.now += 103
        assert code_of(await browser.ask()) == "SESSION_EXPIRED"
    assert provider.refreshes == 3


async def test_who_asks_nothing_is_forgotten(worker_of: Callable[..., Worker]):
    """Each request counts anew."""
    async with Browser(worker_of(lifetimes=Lifetimes(whole=100, idle=2))) as browser:
        await browser.log_in()
        for _ in range(2):
            await asyncio.sleep(1.1)
            assert await browser.me() == ADA
        await asyncio.sleep(2.1)
        assert code_of(await browser.ask()) == "SESSION_EXPIRED"


async def test_keys_that_are_withdrawn(browser: Browser, workers: list[Worker], provider: Provider):
    """End the access token, not the session: there is a new one for it."""
    await browser.log_in()
    assert await browser.me() == ADA
    provider.key = new_key("second")
    provider.jwks = provider.published(provider.key)
    for worker in workers:
        (ring,) = worker.graph.authenticator._keyrings.values()
        ring._tried = float("-inf")
        await ring._asked()
    provider.now += LOOK_SECONDS
    assert await browser.me() == ADA
    assert provider.refreshes == 1


async def test_keys_that_cannot_be_fetched_just_then(
    browser: Browser, worker_of: Callable[..., Worker], provider: Provider
):
    """What came is not lost, for the old refresh token is spent."""
    await browser.log_in()
    metadata = provider.metadata
    provider.metadata = metadata | {"jwks_uri": f"{provider.url}/nowhere"}
    async with Browser(worker_of()) as elsewhere:
        elsewhere.set_cookie("__Host-bigraph", browser.session)
        provider.now += provider.seconds + 31
        assert code_of(await elsewhere.ask()) == "ISSUER_UNAVAILABLE"
        assert provider.refreshes == 1
    provider.metadata = metadata
    assert await browser.me() == ADA
    assert provider.refreshes == 2


async def test_a_request_that_goes_away_loses_no_token(
    browser: Browser, workers: list[Worker], provider: Provider
):
    """Whoever began the renewal may be gone before it ends."""
    await browser.log_in()
    provider.now += provider.seconds + 31
    provider.delay = 0.2
    asked = asyncio.create_task(browser.ask())
    await asyncio.sleep(0.1)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    await settled(*workers)
    assert await browser.me(1) == ADA
    assert provider.refreshes == 1


async def test_redis_is_away(worker_of: Callable[..., Worker], provider: Provider):
    """Whoever is signed in is told so, and nobody else notices."""
    with tempfile.TemporaryDirectory() as folder:
        valkey = Valkey(Path(folder))
        valkey.start()
        try:
            async with Browser(worker_of(valkey.url)) as browser:
                await browser.log_in()
                valkey.send(signal.SIGSTOP)
                for _ in range(3):
                    refused = await browser.ask()
                    assert (refused.status_code, code_of(refused)) == (503, "SESSIONS_UNAVAILABLE")
                    assert refused.headers["retry-after"]
                token = {"authorization": f"Bearer {provider.token()}"}
                assert (await browser.ask(**token)).json() == {"data": {"me": "ada read:flights"}}
                assert (await browser.begin()).status_code == 503
                assert (await browser.ask(cookie="other=1")).json() == {"data": {"me": None}}
                valkey.send(signal.SIGCONT)
                await asyncio.sleep(1.05)
                assert await browser.me() == ADA
        finally:
            valkey.stop()
