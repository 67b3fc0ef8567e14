"""WebSockets of who has signed in by browser: from our pages, and as long as the session."""

from __future__ import annotations

import httpx
import pytest

from tests.live.talking import serving, talking
from tests.login.browsing import APP, QUERY, Browser, Worker
from tests.login.provider import Provider

FORBIDDEN = (4403, "Forbidden: the credentials are good no longer")


def handshake(browser: Browser, origin: str | None = APP) -> dict[str, dict[str, str]]:
    """What a browser sends with it."""
    headers = {"cookie": f"__Host-bigraph={browser.session}"}
    return {"additional_headers": headers | ({"origin": origin} if origin else {})}


@pytest.mark.parametrize("by_issuer", [True, False])
async def test_a_socket_ends_with_its_session(
    browser: Browser, workers: list[Worker], provider: Provider, by_issuer: bool
):
    """Wherever that was ended, by the issuer or the browser: here by another process."""
    await browser.log_in()
    async with (
        serving(workers[1].graph) as (address, _),
        talking(address, init={}, **handshake(browser)) as talk,
    ):
        await talk.ask("1", QUERY["query"])
        assert (await talk.hear())["payload"]["data"]["me"].startswith("ada ")
        answer: httpx.Response
        if by_issuer:
            form = {"logout_token": provider.logout_token()}
            answer = await browser.here.post("/auth/backchannel-logout", data=form)
        else:
            answer = await browser.log_out()
        assert answer.status_code == 200
        assert await talk.closed() == FORBIDDEN


async def test_a_cookie_counts_on_our_pages_alone(browser: Browser, workers: list[Worker]):
    """Not from other origins, though sockets may be opened there, nor from nowhere."""
    await browser.log_in()
    said = handshake(browser, origin=None)
    async with serving(workers[0].graph) as (address, _), talking(address, **said) as talk:
        await talk.say("connection_init")
        code, reason = await talk.closed()
        assert code == 4403
        assert reason.startswith("CROSS_SITE_REQUEST: ")


async def test_a_session_that_is_over_lets_nobody_in(browser: Browser, workers: list[Worker]):
    """4403, as by HTTP it is 401."""
    await browser.log_in()
    said = handshake(browser)
    await browser.log_out()
    async with serving(workers[0].graph) as (address, _), talking(address, **said) as talk:
        await talk.say("connection_init")
        code, reason = await talk.closed()
        assert code == 4403
        assert reason.startswith("SESSION_EXPIRED: ")
