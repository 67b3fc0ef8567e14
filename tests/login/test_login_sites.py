"""Other sites' pages, which have a browser send its cookie along."""

from dataclasses import replace

import httpx
import pytest

from edge.app import create_app
from tests.login.browsing import APP, QUERY, Browser, code_of

PREFLIGHT = ["graphql-preflight", "apollo-require-preflight", "x-apollo-operation-name"]
BODY = b'{"query": "{ me }"}'
MULTIPART = b'--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n{ me }\r\n--x--\r\n'
FORMS = [
    ("application/x-www-form-urlencoded", b"query=%7Bme%7D"),
    ("multipart/form-data; boundary=x", MULTIPART),
    ("text/plain", BODY),
    ("text/plain; application/json", BODY),
    ("", BODY),
]  # fmt: skip


@pytest.mark.parametrize(("media_type", "content"), FORMS)
async def test_what_a_form_can_send(browser: Browser, media_type: str, content: bytes):
    """Is answered with nothing of who is signed in, and to nobody else either."""
    await browser.log_in()
    headers = {"content-type": media_type} if media_type else {}
    sent = await browser.here.post("/graphql", content=content, headers=headers)
    assert (sent.status_code, code_of(sent)) == (403, "CROSS_SITE_REQUEST")
    sent = await browser.here.post("/auth/logout", content=content, headers=headers)
    assert (sent.status_code, code_of(sent)) == (403, "CROSS_SITE_REQUEST")
    assert await browser.me()
    browser.drop_cookies()
    sent = await browser.here.post("/graphql", content=content, headers=headers)
    assert sent.status_code == 415


async def test_what_a_link_can_send(browser: Browser):
    """A cookie goes along with a link; it counts only where a page of ours asks on purpose."""
    await browser.log_in()
    sent = await browser.here.get("/graphql", params=QUERY)
    assert (sent.status_code, code_of(sent)) == (403, "CROSS_SITE_REQUEST")
    assert "GraphQL-Preflight" in sent.json()["errors"][0]["extensions"]["hint"]
    for name in PREFLIGHT:
        sent = await browser.here.get("/graphql", params=QUERY, headers={name: "x"})
        assert sent.json()["data"]["me"].startswith("ada")
        assert sent.headers["cache-control"] == "no-store"
    sent = await browser.here.get("/auth/session")
    assert (sent.status_code, code_of(sent)) == (403, "CROSS_SITE_REQUEST")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": APP}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": f"{APP}:443"}, 200),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.test"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "https://evil.app.test"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "https://evil.test"}, 403),
        ({"origin": "https://evil.app.test"}, 403),
        ({"origin": "http://app.test"}, 403),
        ({"origin": "https://app.test:8443"}, 403),
        ({"origin": "https://app.test.evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://["}, 403),
    ],
)
async def test_what_a_browser_says_of_the_page(browser: Browser, headers: dict, status: int):
    """Is believed when it is bad: even JSON, if another origin asks. Who shows no cookie may be."""
    await browser.log_in()
    for path in ("/graphql", "/auth/logout"):
        sent = await browser.here.post(path, json=QUERY, headers=headers)
        assert sent.status_code == status, path
        if path == "/graphql" and status == 200:
            assert sent.json()["data"]["me"].startswith("ada")
    browser.drop_cookies()
    sent = await browser.here.post("/graphql", json=QUERY, headers=headers)
    assert sent.json() == {"data": {"me": None}}


async def test_what_is_opened_changes_nothing(browser: Browser):
    """Mutations and logouts are not to be had by GET."""
    await browser.log_in()
    for path in ("/auth/logout", "/auth/backchannel-logout"):
        assert (await browser.here.get(path)).status_code == 405
    mutation = {"query": "mutation { __typename }"}
    sent = await browser.here.get("/graphql", params=mutation, headers={"graphql-preflight": "1"})
    assert sent.status_code in {400, 405}
    assert await browser.me()


async def test_no_origin_is_let_in_by_cors(browser: Browser):
    """A preflight gets no yes, for whatever origin."""
    for path in ("/graphql", "/auth/session", "/auth/logout"):
        answer = await browser.here.options(
            path,
            headers={
                "origin": "https://evil.test",
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type",
            },
        )
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_at_an_address_that_only_the_request_says(browser: Browser, workers):
    """Nobody signs in by a name that an attacker's DNS gave to this machine."""
    graph = replace(workers[0].graph, public_url=None)
    app = create_app(graph, max_body_bytes=10_000, examples=None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport) as client:
        for origin, status in (
            ("http://evil.test", 400),
            ("http://127.0.0.1:8000", 303),
            ("http://localhost:8000", 303),
        ):
            answer = await client.get(f"{origin}/auth/login")
            assert answer.status_code == status
            if status == 303:
                assert f"redirect_uri={httpx.URL(origin).scheme}" in answer.headers["location"]
