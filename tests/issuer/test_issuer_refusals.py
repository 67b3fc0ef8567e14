"""What the development issuer refuses, and whom it tells: the client, if it is sure who that is."""

from urllib.parse import urlencode

import httpx
import pytest
from visiting import Visit, answer_in, claims_of, wrong

EVIL = "https://evil.test/auth/callback"

TO_NOBODY = {
    "no client": {"client_id": None},
    "an unknown client": {"client_id": "other"},
    "the command line's client": {"client_id": "command-line"},
    "no address": {"redirect_uri": None},
    "a foreign address": {"redirect_uri": EVIL},
    "a longer address": {"redirect_uri": "{callback}/more"},
    "an address with a query": {"redirect_uri": "{callback}?a=b"},
    "an address with a fragment": {"redirect_uri": "{callback}#a"},
    "an address in capitals": {"redirect_uri": "HTTP{callback}"},
    "an address that goes up": {"redirect_uri": "{callback}/../callback"},
    "a script": {"redirect_uri": "javascript:alert(1)"},
    "text in the client's name": {"client_id": "<script>alert(1)</script>"},
}

TO_THE_CLIENT = {
    "another response": ({"response_type": "token"}, "unsupported_response_type"),
    "no response": ({"response_type": None}, "invalid_request"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "a plain challenge": ({"code_challenge_method": "plain"}, "invalid_request"),
    "no method": ({"code_challenge_method": None}, "invalid_request"),
    "a short challenge": ({"code_challenge": "a" * 42}, "invalid_request"),
    "a padded challenge": ({"code_challenge": "a" * 43 + "="}, "invalid_request"),
    "a mode that a page could read": ({"response_mode": "fragment"}, "invalid_request"),
    "a request object": ({"request": "a.b.c"}, "request_not_supported"),
    "a request elsewhere": ({"request_uri": EVIL}, "request_uri_not_supported"),
    "a registration": ({"registration": "{}"}, "registration_not_supported"),
    "no page": ({"prompt": "none"}, "login_required"),
    "scopes that are none": ({"scope": 'a "b"'}, "invalid_scope"),
    "another resource": ({"resource": "https://api.test"}, "invalid_target"),
    "a long nonce": ({"nonce": "n" * 5000}, "invalid_request"),
}


@pytest.mark.parametrize("case", TO_NOBODY)
async def test_what_is_told_to_nobody(visit: Visit, case: str):
    """A page, with nothing in it that the request could have put there."""
    callback = f"{visit.origin}/auth/callback"
    more = {
        name: value and value.replace("HTTP{callback}", callback.upper()).format(callback=callback)
        for name, value in TO_NOBODY[case].items()
    }
    page = await visit.page(**more)
    assert page.status_code == 400
    assert "location" not in page.headers
    assert page.headers["content-type"].startswith("text/html")
    assert "script" not in page.text
    assert "evil" not in page.text


@pytest.mark.parametrize("case", TO_THE_CLIENT)
async def test_what_is_told_to_the_client(visit: Visit, case: str):
    """At its address, with its state and the issuer; there is no code."""
    more, error = TO_THE_CLIENT[case]
    refused = await visit.page(**more)
    assert refused.headers["location"].startswith(f"{visit.origin}/auth/callback?error=")
    answer = answer_in(refused)
    assert answer.pop("error_description")
    assert answer == {"error": error, "state": "a state & more", "iss": visit.issuer}
    assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["nonce", "scope", "state", "code_challenge", "foreign"])
async def test_what_is_given_twice(visit: Visit, name: str):
    """Refused, even if it is not known; a state that is given twice is not handed back."""
    query = urlencode([*visit.request(foreign="a").items(), (name, "b")])
    answer = answer_in(await visit.http.get(f"/issuer/authorize?{query}"))
    assert answer["error"] == "invalid_request"
    assert name in answer["error_description"]
    assert ("state" in answer) == (name != "state")


async def test_an_odd_name_that_is_given_twice(visit: Visit):
    """It is told in the letters that OAuth has for it, and shortly."""
    name = 'a"\\é\n<b>' + "c" * 5000
    query = urlencode([*visit.request().items(), (name, "1"), (name, "2")])
    told = answer_in(await visit.http.get(f"/issuer/authorize?{query}"))["error_description"]
    assert told.startswith("a" + "'" * 4 + "<b>ccc")
    assert len(told) == 200


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_where_to_is_given_twice(visit: Visit, name: str):
    """Then nobody is sure who asks."""
    query = urlencode([*visit.request().items(), (name, EVIL)])
    page = await visit.http.get(f"/issuer/authorize?{query}")
    assert page.status_code == 400
    assert "location" not in page.headers


@pytest.mark.parametrize("query", [b"\xff", b"a=%ff", b"a=%00" * 3, b"&".join([b"a=b"] * 200)])
async def test_parameters_that_are_none(visit: Visit, query: bytes):
    """A page that says so, by either way."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    for answer in (
        await visit.http.get(f"/issuer/authorize?{query.decode('latin-1')}"),
        await visit.http.post("/issuer/authorize", content=query, headers=form),
        await visit.http.post("/issuer/login", content=query, headers=form),
        await visit.http.post("/issuer/token", content=query, headers=form),
        await visit.http.get(f"/issuer/logout?{query.decode('latin-1')}"),
    ):
        assert answer.status_code == 400


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=a", ""])
async def test_bodies_that_are_no_forms(visit: Visit, kind: str):
    """In each endpoint that takes forms."""
    for path in ("authorize", "login", "token", "logout"):
        headers = {"content-type": kind} if kind else {}
        answer = await visit.http.post(f"/issuer/{path}", content=b"{}", headers=headers)
        assert answer.status_code == 400


async def test_a_body_that_is_too_large(visit: Visit):
    """It is not read to its end."""
    answer = await visit.http.post("/issuer/token", data={"code": "a" * 1_000_000})
    assert wrong(answer) == "invalid_request"


REDEEMING = {
    "another verifier": ({"code_verifier": "v" * 43}, "invalid_grant"),
    "a verifier that is none": ({"code_verifier": "é" * 43}, "invalid_grant"),
    "no verifier": ({"code_verifier": None}, "invalid_request"),
    "another address": ({"redirect_uri": "http://localhost/auth/callback"}, "invalid_grant"),
    "no address": ({"redirect_uri": None}, "invalid_request"),
    "an unknown client": ({"client_id": "other"}, "invalid_client"),
    "no client": ({"client_id": None}, "invalid_request"),
    "a secret": ({"client_secret": "hush"}, "invalid_client"),
    "another grant": ({"grant_type": "password"}, "unsupported_grant_type"),
    "no grant": ({"grant_type": None}, "invalid_request"),
    "no code": ({"code": None}, "invalid_request"),
    "a code that is none": ({"code": "a.b"}, "invalid_grant"),
    "a code that is no text": ({"code": "é\x00"}, "invalid_grant"),
    "a refresh token's name": ({"grant_type": "refresh_token"}, "invalid_request"),
}


@pytest.mark.parametrize("case", REDEEMING)
async def test_what_gets_no_tokens(visit: Visit, case: str):
    """And the code is as good as before for its client."""
    more, error = REDEEMING[case]
    code = await visit.code()
    refused = await visit.redeem(code, **more)
    assert refused.status_code == (401 if error == "invalid_client" else 400)
    assert wrong(refused) == error
    assert (await visit.redeem(code)).status_code == 200


async def test_what_is_not_what_it_is_taken_for(visit: Visit):
    """A refresh token is no code, a code no refresh token, and neither is an access token."""
    code = await visit.code()
    tokens = (await visit.redeem(code)).json()
    assert wrong(await visit.redeem(tokens["refresh_token"])) == "invalid_grant"
    assert wrong(await visit.refresh(code)) == "invalid_grant"
    assert wrong(await visit.refresh(tokens["access_token"])) == "invalid_grant"
    for text in (code, tokens["refresh_token"]):
        headers = {"authorization": f"Bearer {text}"}
        answer = await visit.http.get("/graphql?query={__typename}", headers=headers)
        assert answer.status_code == 401


async def test_a_code_with_something_changed(visit: Visit):
    """Wherever it is changed."""
    code = await visit.code()
    for at in (0, len(code) // 2, len(code) - 1):
        changed = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        assert wrong(await visit.redeem(changed)) == "invalid_grant"


async def test_credentials_in_the_header(visit: Visit):
    """The client has none; whoever sends some is told in the header's own words."""
    form = {"grant_type": "authorization_code", "client_id": "bigraph", "code": "a"}
    answer = await visit.http.post("/issuer/token", data=form, auth=("bigraph", ""))
    assert (answer.status_code, wrong(answer)) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "form",
    [
        {"person": "nobody"},
        {"person": "", "subject": ""},
        {"person": "", "subject": "a\nb"},
        {"person": "", "subject": "zoe", "claims": "["},
        {"person": "", "subject": "zoe", "claims": "[]"},
        {"person": "", "subject": "zoe", "claims": "NaN"},
        {"person": "", "subject": "zoe", "claims": '{"a": NaN}'},
        {"person": "", "subject": "zoe", "claims": '{"a": "\\ud800"}'},
        {"person": "", "subject": "zoe", "claims": "[" * 5000},
        {"person": "", "subject": "zoe", "claims": '{"a": ' * 300 + "1" + "}" * 300},
        {"person": "", "subject": "zoe", "claims": '{"iss": "https://evil.test"}'},
        {"person": "", "subject": "zoe", "claims": '{"roles": ["admin"]}'},
        {"person": "", "subject": "zoe", "scopes": 'a"b'},
        {"person": "", "subject": "<script>alert(1)</script>", "scopes": '"<script>'},
    ],
)
async def test_people_who_cannot_be(visit: Visit, form: dict[str, str]):
    """The page again, which says why; nothing of the form is in it."""
    page = await visit.choose(await visit.page(), **form)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert "<script" not in page.text


async def test_text_of_a_request_is_text_on_the_page(visit: Visit):
    """Whatever it holds."""
    page = await visit.page(state='"><script>alert(1)</script>', scope="'><img>")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<img" not in page.text
    chosen = await visit.choose(page, person="author")
    assert answer_in(chosen)["state"] == '"><script>alert(1)</script>'


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://127.0.0.1:1"])
async def test_a_form_of_another_page(visit: Visit, origin: str):
    """Nobody is signed in by a page that is not the issuer's."""
    data = {"query": urlencode(visit.request()), "person": "admin"}
    answer = await visit.http.post("/issuer/login", data=data, headers={"origin": origin})
    assert answer.status_code == 403
    assert "location" not in answer.headers
    good = await visit.http.post("/issuer/login", data=data, headers={"origin": visit.origin})
    assert answer_in(good)["code"]


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "", "[", "a@b:c"])
async def test_another_name_for_this_machine(visit: Visit, host: str):
    """A name of the web that leads here, as a page could have it: nothing is answered."""
    for path in ("jwks", "authorize", ".well-known/openid-configuration"):
        answer = await visit.http.get(f"/issuer/{path}", headers={"host": host})
        assert answer.status_code == 421


async def test_what_is_not_there(http: httpx.AsyncClient):
    """Told as by the rest of the server."""
    assert (await http.get("/issuer/nothing")).json()["errors"][0]["extensions"]["code"]
    assert (await http.get("/issuer/token")).status_code == 405
    assert (await http.delete("/issuer/authorize")).status_code == 405


@pytest.mark.parametrize("hint", ["", "a.b.c", "none", "access", "changed"])
async def test_who_cannot_be_signed_out(visit: Visit, hint: str):
    """Without an ID token of this issuer nothing is ended, and nobody is led anywhere."""
    tokens = await visit.tokens()
    changed = tokens["id_token"][:-3] + ("AAA" if tokens["id_token"][-3:] != "AAA" else "BBB")
    header, _, rest = tokens["id_token"].partition(".")
    none = f"eyJhbGciOiJub25lIn0.{rest}"
    assert header
    told = {"access": tokens["access_token"], "none": none, "changed": changed}.get(hint, hint)
    answer = await visit.leave(told, post_logout_redirect_uri=f"{visit.origin}/")
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert (await visit.refresh(tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("more", [{"post_logout_redirect_uri": EVIL}, {"client_id": "other"}])
async def test_signing_out_to_somewhere_else(visit: Visit, more: dict[str, str]):
    """Refused as a whole."""
    tokens = await visit.tokens()
    answer = await visit.leave(tokens["id_token"], **more)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert claims_of(tokens["id_token"])["sid"] not in answer.text
