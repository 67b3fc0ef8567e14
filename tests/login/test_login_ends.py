"""Signing out: here, at the issuer, and by the issuer."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from ticking import ticking

from tests.auth.issuing import new_key
from tests.login.browsing import APP, Browser, Worker, code_of
from tests.login.provider import CLIENT_ID, LOGOUT_EVENT, Provider

PREFLIGHT = {"graphql-preflight": "1"}


async def told(browser: Browser, token: str, worker: int = 0, **more: str):
    """The issuer tells a worker that somebody is gone."""
    form = {"logout_token": token} | more
    return await browser.clients[worker].post("/auth/backchannel-logout", data=form)


async def test_somebody_signs_out(browser: Browser, provider: Provider):
    """Everywhere at once, and the browser is shown the way to the issuer."""
    await browser.log_in()
    session = browser.session
    done = await browser.log_out()
    url = urlsplit(done.json()["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.url}/end"
    asked = dict(parse_qsl(url.query))
    assert asked.pop("id_token_hint").count(".") == 2
    assert asked == {"client_id": CLIENT_ID, "post_logout_redirect_uri": f"{APP}/"}
    assert browser.session is None
    assert await browser.me() is None
    browser.set_cookie("__Host-bigraph", session)
    assert [code_of(await browser.ask(worker)) for worker in (0, 1)] == ["SESSION_EXPIRED"] * 2


async def test_nobody_signs_out(browser: Browser):
    """That is no error."""
    assert (await browser.log_out()).json() == {"location": f"{APP}/"}


async def test_an_issuer_without_such_a_place(browser: Browser, provider: Provider):
    """The browser stays here."""
    del provider.metadata["end_session_endpoint"]
    await browser.log_in()
    assert (await browser.log_out()).json() == {"location": f"{APP}/"}


async def test_signing_out_needs_no_issuer(browser: Browser, provider: Provider, workers):
    """It is over here, whether or not it can be told."""
    await browser.log_in()
    for worker in workers:
        worker.browsers._client.described._said = None
    provider.down = True
    assert (await browser.log_out()).json() == {"location": f"{APP}/"}
    assert await browser.me() is None


async def test_the_issuer_ends_a_session(browser: Browser, other: Browser, provider: Provider):
    """By its sid that one alone, on every worker within a second."""
    await browser.log_in()
    provider.person = provider.person | {"sid": "s2"}
    await other.log_in()
    async with ticking() as seconds:
        answer = await told(browser, provider.logout_token(), worker=1)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert [code_of(await browser.ask(worker)) for worker in (0, 1)] == ["SESSION_EXPIRED"] * 2
        assert seconds() < 1
    assert await other.me()


async def test_the_issuer_ends_all_of_somebody(
    browser: Browser, other: Browser, provider: Provider
):
    """By the subject alone."""
    await browser.log_in()
    provider.person = {"sub": "ada", "roles": []}
    await other.log_in()
    assert (await told(browser, provider.logout_token(sid=None))).status_code == 200
    assert code_of(await browser.ask()) == code_of(await other.ask()) == "SESSION_EXPIRED"


async def test_a_session_that_is_renewed_can_be_ended(
    browser: Browser, workers: list[Worker], provider: Provider
):
    """It has the same name at the issuer; and one that has ended is not brought back."""
    await browser.log_in()
    provider.now += provider.seconds + 31
    assert await browser.me()
    assert (await told(browser, provider.logout_token())).status_code == 200
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"


async def test_ended_while_it_is_renewed(browser: Browser, provider: Provider, workers):
    """The new tokens come too late."""
    await browser.log_in()
    provider.now += provider.seconds - 1
    provider.delay = 0.2
    assert await browser.me()
    provider.delay = 0
    assert (await told(browser, provider.logout_token())).status_code == 200
    await workers[0].browsers._renewing.close()
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"


async def test_a_logout_token_is_good_for_once(browser: Browser, provider: Provider):
    """Or whoever saw one could sign somebody out again and again."""
    token = provider.logout_token(sid=None)
    assert (await told(browser, token)).status_code == 200
    await browser.log_in()
    assert (await told(browser, token, worker=1)).status_code == 400
    assert await browser.me()


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.test"}, {"iss": None}, {"aud": "another"}, {"aud": None},
        {"exp": 1}, {"exp": None}, {"iat": None}, {"iat": 4_000_000_000}, {"jti": None},
        {"jti": 7}, {"nonce": "n"}, {"events": None}, {"events": {}}, {"events": []},
        {"events": LOGOUT_EVENT}, {"events": {LOGOUT_EVENT: True}}, {"events": {"other": {}}},
        {"sid": None, "sub": None}, {"sid": 7}, {"sub": ["ada"]},
        {"header": {"typ": "at+jwt"}}, {"header": {"alg": "none"}}, {"header": {"alg": "HS256"}},
        {"header": {"kid": "other"}}, {"header": {"typ": 7}},
        pytest.param({"key": new_key("first")}, id="a key of another"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_forged_logout_token(browser: Browser, provider: Provider, wrong: dict):
    """Ends nothing."""
    await browser.log_in()
    answer = await told(browser, provider.logout_token(**wrong))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert await browser.me()


async def test_what_is_no_logout_token(browser: Browser, provider: Provider):
    """Not an access token, an ID token, or anything else that comes there."""
    await browser.log_in()
    endpoint = "/auth/backchannel-logout"
    for token in (provider.token(), "x", "", "a.b.c"):
        assert (await told(browser, token)).status_code == 400
    good = provider.logout_token()
    for sent in (
        {"json": {"logout_token": good}},
        {"content": b"logout_token=" + b"x" * 70_000},
        {"data": {"logout_token": [good, good]}},
        {"data": {"token": good}},
        {"data": {str(number): "x" for number in range(30)}},
        {"content": b"\xff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    ):
        assert (await browser.here.post(endpoint, **sent)).status_code == 400
    assert (await browser.here.get(endpoint, params={"logout_token": good})).status_code == 405
    assert await browser.me()
