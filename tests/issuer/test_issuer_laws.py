"""Whatever is sent to the issuer: an answer in OAuth's words, and nobody led elsewhere."""

from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from issuer_parts import Clock, own_issuer
from starlette.applications import Starlette
from starlette.routing import Mount
from visiting import Visit

from datasources.redis import Replays
from edge.issuer.site import app_of

ORIGIN = "http://127.0.0.1:8000"
GOOD = Visit(httpx.AsyncClient(), ORIGIN).request(
    grant_type="authorization_code",
    code="a.b",
    refresh_token="a.b",
    token="a.b",
    code_verifier="v" * 43,
    person="ada",
    id_token_hint="a.b.c",
    post_logout_redirect_uri=f"{ORIGIN}/",
)
ODD = [
    "",
    " ",
    "\x00",
    "none",
    "plain",
    "a b",
    "é",
    "a" * 5000,
    "<script>",
    '"',
    "//evil.test",
    "{}",
]
VALUES = st.one_of(st.sampled_from([*GOOD.values(), *ODD]), st.text(max_size=20))
NAMES = st.sampled_from([*GOOD, "prompt", "request", "response_mode", "resource", "claims", "x"])


@st.composite
def parameters(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Those of a good request, with some taken away, changed, or given twice."""
    gone = draw(st.sets(st.sampled_from(list(GOOD)), max_size=2))
    more = draw(st.lists(st.tuples(NAMES, VALUES), max_size=3))
    return [pair for pair in GOOD.items() if pair[0] not in gone] + more


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> httpx.AsyncClient:
    """Errors that nobody foresaw are raised here."""
    own = own_issuer(tmp_path_factory.mktemp("keys"))
    app = Starlette(routes=[Mount("/issuer", app_of(own, Replays(None), Clock()))])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)


@settings(deadline=None)  # a machine may be busy
@given(
    pairs=parameters(), path=st.sampled_from(["authorize", "login", "token", "revoke", "logout"])
)
async def test_odd_requests(http: httpx.AsyncClient, pairs: list[tuple[str, str]], path: str):
    """By GET and by POST, and through the login page's form."""
    query = urlencode(pairs)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    form = urlencode({"query": query, "person": "ada"}) if path == "login" else query
    answers = [await http.post(f"/issuer/{path}", content=form, headers=kind)]
    if path in {"authorize", "logout"}:
        answers.append(await http.get(f"/issuer/{path}?{query}"))
    for answer in answers:
        assert answer.status_code in {200, 303, 400, 401}
        where = answer.headers.get("location")
        assert where is None or where.startswith(f"{ORIGIN}/auth/callback?")
        assert "<script" not in answer.text
        assert path != "token" or answer.json()["error"]
