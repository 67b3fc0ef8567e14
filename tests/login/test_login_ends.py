"""Signing out: here, at the issuer, and by the issuer."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from structlog.testing import capture_logs
from ticking import ticking

from auth.revoking import MOST
from tests.auth.issuing import new_key
from tests.login.browsing import APP, Browser, Worker, code_of
from tests.login.provider import CLIENT_ID, LOGOUT_EVENT, Provider

PREFLIGHT = {"graphql-preflight": "1"}


async def told(browser: Browser, token: str, worker: int = 0, **more: str):
    """The issuer tells a worker that somebody is gone."""
    form = {"logout_token": token} | more
    return await browser.clients[worker].post("/auth/backchannel-logout", data=form)


async def told_of(workers: list[Worker]) -> None:
    """Until the issuer was told of all tokens that nobody uses any more."""
    for worker in workers:
        await worker.browsers._revoking.close()


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


async def test_the_refresh_token_is_revoked(
    browser: Browser, other: Browser, provider: Provider, workers: list[Worker]
):
    """That of the session, which nobody waits for."""
    await browser.log_in()
    await other.log_in()
    provider.revoking.clear()
    mine, others = provider.refresh_tokens
    assert (await browser.log_out()).json()["location"].startswith(f"{provider.url}/end")
    assert provider.refresh_tokens.keys() == {mine, others}
    provider.revoking.set()
    await told_of(workers)
    assert provider.asked.count("revoke") == 1
    assert provider.refresh_tokens.keys() == {others}
    assert await other.me()


async def test_without_a_place_to_revoke_tokens(
    browser: Browser, provider: Provider, workers: list[Worker]
):
    """Nothing is asked of the issuer."""
    del provider.metadata["revocation_endpoint"]
    await browser.log_in()
    await browser.log_out()
    await told_of(workers)
    assert "revoke" not in provider.asked
    assert await browser.me() is None


@pytest.mark.parametrize("wrong", ["down", "secret", "nowhere", "plain"])
async def test_a_token_that_cannot_be_revoked(
    browser: Browser, provider: Provider, workers: list[Worker], wrong: str
):
    """It is said in the log, without the token, and nobody is kept signed in by it."""
    match wrong:
        case "nowhere":
            provider.metadata["revocation_endpoint"] = f"{provider.url}/nowhere"
        case "plain":
            provider.metadata["revocation_endpoint"] = "http://issuer.test/revoke"
    await browser.log_in()
    match wrong:
        case "down":
            provider.down = True
        case "secret":
            provider.secret = "another"
    with capture_logs() as lines:
        await browser.log_out()
        await told_of(workers)
    (line,) = [line for line in lines if line["event"] == "refresh_token_not_revoked"]
    assert not any(token in str(line) for token in provider.refresh_tokens)
    assert await browser.me() is None


async def test_only_so_many_are_revoked_at_once(
    browser: Browser, provider: Provider, workers: list[Worker]
):
    """An issuer that hangs costs no memory."""
    await browser.log_in()
    provider.revoking.clear()
    revoking = workers[0].browsers._revoking
    with capture_logs() as lines:
        for number in range(MOST + 5):
            revoking.begin(f"token {number}")
    assert len(lines) == 5
    provider.revoking.set()
    await told_of(workers)
    assert not revoking._under_way


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
    await told_of(workers)
    assert not provider.refresh_tokens


@pytest.mark.parametrize("sid", ["s1", "s2", None])
async def test_renewed_with_another_sid(
    browser: Browser, provider: Provider, workers: list[Worker], sid: str | None
):
    """By either the issuer ends the session, and by the subject."""
    await browser.log_in()
    provider.identity = {"sid": "s2"}
    provider.now += provider.seconds + 31
    assert await browser.me()
    assert (await told(browser, provider.logout_token(sid="s3"))).status_code == 200
    assert await browser.me(1)
    assert (await told(browser, provider.logout_token(sid=sid))).status_code == 200
    assert [code_of(await browser.ask(worker)) for worker in (0, 1)] == ["SESSION_EXPIRED"] * 2


async def test_renewed_without_a_sid(browser: Browser, provider: Provider):
    """It goes by the one that it had."""
    await browser.log_in()
    provider.identity = {"sid": None}
    for _ in range(2):
        provider.now += provider.seconds + 31
        assert await browser.me()
    assert (await told(browser, provider.logout_token())).status_code == 200
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
