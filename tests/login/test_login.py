"""Signing in by browser, and what an attacker may try on the way."""

import asyncio
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.auth.issuing import new_key, signed
from tests.login.browsing import APP, QUERY, Browser, Worker, code_of
from tests.login.provider import CLIENT_ID, Provider


async def test_somebody_signs_in(browser: Browser, provider: Provider):
    """On all workers, as a bearer of the access token would be; no page and no address has more."""
    assert await browser.me() is None
    done = await browser.log_in()
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert [await browser.me(worker) for worker in (0, 1)] == ["ada crew read:flights"] * 2
    answer = await browser.here.get("/auth/session", headers={"graphql-preflight": "1"})
    assert answer.json() == {
        "session": {
            "issuer": provider.url, "subject": "ada", "name": "Ada", "roles": ["crew"],
            "scopes": ["read:flights"], "ends": provider.now + 28_800,
        }
    }  # fmt: skip


async def test_what_the_browser_is_given(browser: Browser, provider: Provider):
    """Secrets in guarded cookies; the verifier of PKCE in none of it, and nothing to be cached."""
    begun = await browser.begin(return_to="/graphiql?x=1#y")
    asked = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
    assert asked["redirect_uri"] == f"{APP}/auth/callback"
    assert asked["scope"] == "openid profile"
    done = await browser.come_back(await browser.authorize(begun.headers["location"]))
    assert done.headers["location"] == "/graphiql?x=1#y"
    told = [*begun.headers.values(), *done.headers.values(), begun.text, done.text]
    assert not any(provider.verifiers[0] in text for text in told)
    for answer, name, more in ((begun, "-login", "; Max-Age=600"), (done, "", "")):
        cookie = answer.headers["set-cookie"]
        value, _, attributes = cookie.partition("; ")
        assert value.startswith(f"__Host-bigraph{name}=")
        assert len(value.partition("=")[2]) == 43
        assert attributes == f"Path=/; Secure; HttpOnly; SameSite=Lax{more}"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_several_tabs_at_once(browser: Browser):
    """Each login comes to its own end, in any order."""
    begun = [await browser.begin(return_to=f"/{tab}") for tab in range(3)]
    urls = [await browser.authorize(each.headers["location"]) for each in begun]
    for tab in (2, 0, 1):
        done = await browser.come_back(urls[tab])
        assert (done.status_code, done.headers["location"]) == (303, f"/{tab}")
    assert await browser.me()


@pytest.mark.parametrize("state", [None, "", "A" * 43, "x y"])
async def test_a_wrong_state(browser: Browser, provider: Provider, state: str | None):
    """Or none: the code is not even shown to the issuer."""
    refused = await browser.log_in(state=state)
    assert (refused.status_code, code_of(refused)) == (400, "LOGIN_FAILED")
    assert "code" not in provider.asked
    assert browser.session is None


async def test_a_callback_is_good_for_once(browser: Browser, provider: Provider):
    """Also if it is shown twice at once."""
    begun = await browser.begin()
    url = await browser.authorize(begun.headers["location"])
    answers = await asyncio.gather(*(browser.come_back(url) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400, 400]
    assert provider.asked.count("code") == 1


async def test_a_code_of_another_browser(browser: Browser, other: Browser, provider: Provider):
    """Nobody is lured into the attacker's account, nor is a code that was seen of any use."""
    provider.person = {"sub": "mallory", "roles": []}
    await other.begin()
    url = await browser.authorize((await browser.begin()).headers["location"])
    refused = await other.come_back(url)
    assert (refused.status_code, code_of(refused)) == (400, "LOGIN_FAILED")
    assert "another browser" in refused.text
    # It was shown, and is spent.
    assert (await browser.come_back(url)).status_code == 400
    # A code of his in a login of ours: its challenge was of another verifier.
    stolen = dict(parse_qsl(urlsplit(url).query))["code"]
    assert (await browser.log_in(code=stolen)).status_code == 400
    assert browser.session is other.session is None


@pytest.mark.parametrize("named", [None, "", "https://evil.test", "{url}/", "{url} "])
async def test_an_answer_of_another_issuer(browser: Browser, provider: Provider, named: str | None):
    """RFC 9207: it must name itself if it says that it does, and if it names somebody be right."""
    named = named and named.format(url=provider.url)
    refused = await browser.log_in(iss=named)
    assert (refused.status_code, code_of(refused)) == (400, "LOGIN_FAILED")
    assert "code" not in provider.asked


async def test_an_issuer_that_never_names_itself(browser: Browser, provider: Provider):
    """May leave it out; a wrong name is wrong all the same."""
    del provider.metadata["authorization_response_iss_parameter_supported"]
    assert (await browser.log_in(iss="https://evil.test")).status_code == 400
    assert (await browser.log_in(iss=None)).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": None}, {"nonce": ""}, {"nonce": "A" * 43}, {"nonce": 7},
        {"iss": "https://evil.test"}, {"aud": "another"}, {"aud": []}, {"aud": None},
        {"aud": [CLIENT_ID, "another"]}, {"azp": "another"}, {"exp": 1}, {"exp": None},
        {"iat": None}, {"sub": None}, {"sub": ""}, {"sub": "bob"}, {"at_hash": "AAAA"},
        {"at_hash": 7}, {"sid": ["s1"]}, {"sid": ""},
    ],
    ids=str,
)  # fmt: skip
async def test_a_wrong_id_token(browser: Browser, provider: Provider, wrong: dict):
    """Nobody is signed in by one, nor by one of somebody else than the access token is of."""
    provider.identity = wrong
    refused = await browser.log_in()
    assert (refused.status_code, code_of(refused)) == (400, "LOGIN_FAILED")
    assert browser.session is None


@pytest.mark.parametrize(
    "wrong",
    [{"alg": "none"}, {"alg": "HS256"}, {"typ": "at+jwt"}, {"typ": "logout+jwt"}, {"kid": "other"},
     {"crit": ["exp"]}, {"jwk": {}}],
    ids=str,
)  # fmt: skip
async def test_an_id_token_with_a_wrong_header(browser: Browser, provider: Provider, wrong: dict):
    """The keys' policy is the same as for access tokens."""
    provider.identity_header = wrong
    assert code_of(await browser.log_in()) == "LOGIN_FAILED"


async def test_an_id_token_of_another_key(browser: Browser, provider: Provider):
    """Even one that came over TLS from the issuer itself."""
    provider.jwks = provider.published(new_key("first"))
    assert code_of(await browser.log_in()) == "LOGIN_FAILED"


@pytest.mark.parametrize(
    ("tells", "status"),
    [
        ({"id_token": None}, 400), ({"id_token": 7}, 400), ({"id_token": "a.b.c"}, 400),
        ({"token_type": "DPoP"}, 503), ({"access_token": None}, 503), ({"expires_in": "x"}, 303),
    ],
    ids=str,
)  # fmt: skip
async def test_what_else_an_issuer_may_say(
    browser: Browser, provider: Provider, tells: dict, status: int
):
    """Nothing of it is a mistake of ours."""
    provider.tells = tells
    assert (await browser.log_in()).status_code == status


async def test_the_issuers_no(browser: Browser, provider: Provider):
    """Its word for it is told, if it is one."""
    refused = await browser.log_in(error="access_denied", code=None)
    assert "The issuer refuses the login: access_denied." in refused.text
    refused = await browser.log_in(error="<script>", code=None)
    assert "no reason given" in refused.text
    assert (await browser.log_in(code=None)).status_code == 400
    # An error of nobody's login says nothing at all.
    assert "over" in (await browser.here.get("/auth/callback?error=access_denied&state=x")).text
    provider.refuses = "invalid_grant"
    assert "invalid_grant" in (await browser.log_in()).text


async def test_a_person_reads_a_page(browser: Browser):
    """And nothing in it can run."""
    url = "/auth/callback?state=x&error=<script>"
    refused = await browser.here.get(url, headers={"accept": "text/html,*/*"})
    assert refused.status_code == 400
    assert "<h1>This login is over, or was none.</h1>" in refused.text
    assert refused.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_parameter_twice(browser: Browser, provider: Provider):
    """It is unclear which of them would be meant."""
    url = await browser.authorize((await browser.begin()).headers["location"])
    path = url.removeprefix(APP)
    refused = await browser.here.get(f"{path}&code=mine")
    assert (refused.status_code, code_of(refused)) == (400, "LOGIN_FAILED")
    assert "code" not in provider.asked


@pytest.mark.parametrize(
    "path",
    ["//evil.test", "/\\evil.test", "https://evil.test", "evil.test", "", "/\t/evil.test",
     "/%0d\n", "\\/evil.test", "javascript:alert(1)", "/a\\b", "/ä", "/" + "a" * 2_000,
     "/auth/login", "/auth/logout", "/./auth/login",
     "/%61uth/login", "/x/../auth/login", "/auth/?x"],
)  # fmt: skip
async def test_no_login_leads_elsewhere(browser: Browser, path: str):
    """An address of another site, however it is spelt, or one that would go round in circles."""
    refused = await browser.begin(return_to=path)
    assert (refused.status_code, code_of(refused)) == (400, "BAD_REQUEST")


async def test_a_session_is_renewed_at_login(browser: Browser, other: Browser):
    """An id that an attacker planted, or that he saw, is worth nothing afterwards."""
    await other.log_in()
    planted = other.session
    browser.set_cookie("__Host-bigraph", planted)
    await browser.log_in()
    assert browser.session != planted
    assert await browser.me()
    assert code_of(await other.ask()) == "SESSION_EXPIRED"


async def test_an_id_that_was_never_given_is_not_taken_up(browser: Browser):
    """Ids are made here only."""
    browser.set_cookie("__Host-bigraph", "A" * 43)
    assert code_of(await browser.ask()) == "SESSION_EXPIRED"
    await browser.log_in()
    assert browser.session != "A" * 43


@pytest.mark.parametrize("blank", [b"\xa0", b"\x85", b"\x0b", b"\x1c"])
async def test_a_name_that_only_looks_like_the_cookies(
    browser: Browser, other: Browser, blank: bytes
):
    """Any host may set it: of blanks, browsers leave out spaces and tabs alone."""
    await other.log_in()
    session = b"__Host-bigraph=" + (other.session or "").encode()
    for before, known in ((blank, False), (b" ", True), (b"\t", True)):
        answer = await browser.here.post(
            "/graphql", json=QUERY, headers={b"cookie": b"x=1;" + before + session}
        )
        assert (answer.json() == (await other.ask()).json()) is known


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "A" * 4_000, "../../x", "%00", "*"])
async def test_a_forged_session(browser: Browser, forged: str):
    """Is refused, also by the page that would ask who it is, and can be logged out of."""
    headers = {"cookie": f"__Host-bigraph={forged}"}
    refused = await browser.ask(**headers)
    assert (refused.status_code, code_of(refused)) == (401, "SESSION_EXPIRED")
    assert "/auth/login" in refused.json()["errors"][0]["extensions"]["hint"]
    preflight = {"graphql-preflight": "1"}
    refused = await browser.here.get("/auth/session", headers=headers | preflight)
    assert code_of(refused) == "SESSION_EXPIRED"
    done = await browser.here.post("/auth/logout", headers=headers | preflight)
    assert done.json() == {"location": f"{APP}/"}
    assert "Max-Age=0" in done.headers["set-cookie"]


async def test_what_is_kept_opens_no_session(browser: Browser, workers: list[Worker]):
    """Redis holds hashes of the secrets: whoever reads it can sign in as nobody."""
    await browser.log_in()
    client = workers[0].sessions._client
    kept = [key async for key in client.scan_iter(f"{workers[0].sessions._prefix}*")]
    assert len([key for key in kept if b":session:" in key]) == 1
    assert not any(browser.session.encode() in key for key in kept)
    for key in kept:
        browser.set_cookie("__Host-bigraph", key.decode().rpartition(":")[2][:43])
        assert (await browser.ask()).status_code == 401


async def test_tossed_cookies(browser: Browser):
    """A cookie of nearly our name, as a sibling's page may set it, is nothing; two are refused."""
    await browser.log_in()
    session = browser.session
    browser.drop_cookies()
    for name in (
        "bigraph",
        "__Secure-bigraph",
        "__host-bigraph",
        "__HOST-BIGRAPH",
        "x__Host-bigraph",
    ):
        answer = await browser.ask(cookie=f"{name}={session}")
        assert answer.json() == {"data": {"me": None}}
    twice = await browser.ask(cookie=f"__Host-bigraph={session}; __Host-bigraph={'A' * 43}")
    assert (twice.status_code, code_of(twice)) == (400, "UNAUTHENTICATED")


async def test_a_header_goes_before_a_cookie(browser: Browser, provider: Provider):
    """A page writes it on purpose. One that is no good is refused as ever."""
    await browser.log_in()
    token = provider.token(sub="bob", scope="")
    answer = await browser.ask(authorization=f"Bearer {token}")
    assert answer.json() == {"data": {"me": "bob"}}
    assert (await browser.ask(authorization="Bearer x.y.z")).status_code == 401


async def test_an_access_token_for_somebody_else(browser: Browser, provider: Provider):
    """The ID token then says who asks; it has roles, and grants no scope."""
    provider.access = {"aud": "https://other.test"}
    provider.identity = {"scope": "read:flights", "scp": "x"}
    await browser.log_in()
    assert await browser.me() == "ada crew"


async def test_an_opaque_access_token(browser: Browser, provider: Provider):
    """Just so."""
    provider.tells = {"access_token": "opaque"}
    provider.identity = {"at_hash": None}
    await browser.log_in()
    assert await browser.me() == "ada crew"


async def test_claims_of_any_size(browser: Browser, provider: Provider):
    """A session holds what the ID token says, numbers that no machine's word holds included."""
    provider.identity = {"number": 2**70, "nested": {"list": [1.5, None, "ä"]}}
    provider.access = {"aud": "https://other.test"}
    await browser.log_in()
    assert await browser.me() == "ada crew"


async def test_a_public_client(provider: Provider, worker_of):
    """Without a secret of ours the verifier alone shows that it is us."""
    provider.secret = None
    async with Browser(worker_of()) as browser:
        await browser.log_in()
        assert await browser.me()


async def test_a_wrong_secret(provider: Provider, browser: Browser):
    """That is not the person's mistake."""
    provider.secret = "another"
    refused = await browser.log_in()
    assert (refused.status_code, code_of(refused)) == (503, "ISSUER_UNAVAILABLE")


async def test_the_issuer_is_away(browser: Browser, provider: Provider):
    """503; what needs no issuer is answered."""
    provider.down = True
    refused = await browser.begin()
    assert (refused.status_code, code_of(refused)) == (503, "ISSUER_UNAVAILABLE")
    assert await browser.me() is None


@pytest.mark.parametrize("url", ["http://evil.test/x", "https://u@evil.test/", "ftp://x/", 7, None])
async def test_an_issuer_that_sends_browsers_where_it_is_not_safe(
    browser: Browser, provider: Provider, url: object
):
    """Only over TLS, or to this machine if it is here itself."""
    provider.metadata["authorization_endpoint"] = url
    assert (await browser.begin()).status_code == 503


async def test_no_token_is_logged(browser: Browser, provider: Provider, caplog, capsys):
    """Nor a code, a verifier or an id."""
    await browser.log_in()
    await browser.log_in(state=None)
    said = caplog.text + "".join(capsys.readouterr())
    tokens = [browser.session, *provider.verifiers, *provider.spent, *provider.refresh_tokens]
    assert not any(token in said for token in tokens)
    assert json.dumps(signed(provider.key, {"alg": "ES256"}, {}))[:30] not in said
