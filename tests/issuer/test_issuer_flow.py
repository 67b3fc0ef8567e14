"""Signing in by the development issuer, step by step, at the running server."""

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from visiting import Visit, answer_in, base64url, claims_of, graphql, wrong

PEOPLE = {
    person["subject"]: person
    for person in json.loads((Path(__file__).parents[2] / "models/people.json").read_text())
}


async def verified(visit: Visit, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, by the keys that are published and another library's check."""
    keys = KeySet.import_key_set((await visit.http.get("/issuer/jwks")).json())
    found = jwt.decode(token, keys, ["RS256"])
    return found.header, found.claims


async def test_it_describes_itself(visit: Visit):
    """As an issuer of its own address; what it names is there."""
    found = (await visit.http.get("/issuer/.well-known/openid-configuration")).json()
    assert found["issuer"] == visit.issuer
    for name, url in found.items():
        if name.endswith(("_endpoint", "_uri")):
            assert (await visit.http.get(url)).status_code in {200, 400, 405}, name
    keys = (await visit.http.get("/issuer/jwks")).json()["keys"]
    assert len(keys) >= 2
    for key in keys:
        assert set(key) == {"kty", "n", "e", "use", "alg", "kid"}


async def test_the_page_offers_the_people(visit: Visit):
    """Each by a button; nobody may frame it, keep it, or run anything in it."""
    page = await visit.page()
    for person in PEOPLE.values():
        assert f'value="{person["subject"]}"' in page.text
        assert person["name"] in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith(f"form-action 'self' {visit.origin}")
    assert page.headers["cache-control"] == "no-store"
    style = await visit.http.get("/issuer/login.css")
    assert style.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("subject", PEOPLE)
async def test_a_whole_sign_in(visit: Visit, subject: str):
    """The access token lets in and says who asks; the ID token tells the client, and no more."""
    person, now = PEOPLE[subject], time.time()
    answer = await visit.redeem(await visit.code(subject))
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert await graphql(visit.http, tokens["access_token"]) == 200
    assert await graphql(visit.http, tokens["id_token"]) == 401
    header, access = await verified(visit, tokens["access_token"])
    assert header["typ"] == "at+jwt"
    assert access["aud"] == f"{visit.origin}/graphql"
    assert access["client_id"] == "bigraph"
    assert access["scope"] == " ".join(["openid", "profile", *person.get("scopes", [])])
    assert tokens["scope"] == access["scope"]
    assert access["exp"] - access["iat"] == tokens["expires_in"] == 300
    header, identity = await verified(visit, tokens["id_token"])
    assert header["typ"] == "JWT"
    assert (identity["aud"], identity["nonce"]) == ("bigraph", "a nonce")
    assert identity["name"] == person["name"]
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    assert identity["at_hash"] == base64url(digest[:16])
    for claims in (access, identity):
        assert claims["iss"] == visit.issuer
        assert claims["sub"] == subject
        assert claims["roles"] == person.get("roles", [])
        assert claims.items() >= person.get("claims", {}).items()
        assert abs(claims["auth_time"] - now) < 30
        assert claims["sid"] == access["sid"]


async def test_somebody_who_is_not_listed(visit: Visit):
    """With roles, scopes and claims as they are written into the form."""
    form = {"subject": "zoe", "roles": "a b", "scopes": "x:y z", "claims": '{"org": {"id": 7}}'}
    chosen = await visit.choose(await visit.page(scope="openid"), person="", **form)
    tokens = (await visit.redeem(answer_in(chosen)["code"])).json()
    claims = claims_of(tokens["access_token"])
    assert (claims["sub"], claims["roles"], claims["org"]) == ("zoe", ["a", "b"], {"id": 7})
    assert claims["scope"] == "openid x:y z"
    assert await graphql(visit.http, tokens["access_token"]) == 200


async def test_scopes_that_are_asked_for(visit: Visit):
    """A client gets those of its own choice that the person has; without openid no ID token."""
    tokens = await visit.tokens("admin", scope="notes:write unheard:of")
    assert tokens["scope"] == "notes:write"
    assert "id_token" not in tokens
    everything = await visit.tokens("admin", scope=None)
    assert everything["scope"] == "fleet:read notes:write"


async def test_who_does_not_want_to(visit: Visit):
    """The client is told."""
    answer = answer_in(await visit.choose(await visit.page(), cancel="yes"))
    assert answer["error"] == "access_denied"
    assert (answer["state"], answer["iss"]) == ("a state & more", visit.issuer)


async def test_the_request_may_be_posted(visit: Visit):
    """As OpenID Connect has it."""
    page = await visit.http.post("/issuer/authorize", data=visit.request())
    answer = answer_in(await visit.choose(page, person="author"))
    assert (await visit.redeem(answer["code"])).status_code == 200


async def test_other_names_of_this_machine(visit: Visit):
    """Whoever opened the server as localhost is led back there."""
    callback = visit.origin.replace("127.0.0.1", "localhost") + "/auth/callback"
    page = await visit.page(redirect_uri=callback)
    chosen = await visit.choose(page, person="author")
    assert chosen.headers["location"].startswith(f"{callback}?code=")
    assert (await visit.redeem(answer_in(chosen)["code"])).json()["error"] == "invalid_grant"
    assert page.headers["content-security-policy"].endswith(callback.removesuffix("/auth/callback"))


async def test_refreshing(visit: Visit):
    """Each refresh token is good once, for the same session; scopes may be fewer."""
    tokens = await visit.tokens("admin")
    fresh = (await visit.refresh(tokens["refresh_token"])).json()
    assert fresh["scope"] == tokens["scope"]
    assert await graphql(visit.http, fresh["access_token"]) == 200
    identity, before = claims_of(fresh["id_token"]), claims_of(tokens["id_token"])
    same = ("iss", "sub", "aud", "sid", "auth_time")
    assert [identity[name] for name in same] == [before[name] for name in same]
    assert "nonce" not in identity
    fewer = (await visit.refresh(fresh["refresh_token"], scope="fleet:read")).json()
    assert fewer["scope"] == "fleet:read"
    whole = (await visit.refresh(fewer["refresh_token"])).json()
    assert whole["scope"] == tokens["scope"]
    too_much = await visit.refresh(whole["refresh_token"], scope="fleet:read more")
    assert wrong(too_much) == "invalid_scope"
    assert (await visit.refresh(whole["refresh_token"])).status_code == 200


async def test_a_refresh_token_that_is_shown_again(visit: Visit):
    """It ends the session, for whoever holds the newer one as well."""
    tokens = await visit.tokens()
    fresh = (await visit.refresh(tokens["refresh_token"])).json()
    assert wrong(await visit.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert wrong(await visit.refresh(fresh["refresh_token"])) == "invalid_grant"


async def test_a_refresh_token_that_is_given_back(visit: Visit):
    """It ends the sign-in that it is of, and no other; twice is no error."""
    tokens, other = await visit.tokens(), await visit.tokens()
    for _ in range(2):
        answer = await visit.revoke(tokens["refresh_token"])
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["cache-control"] == "no-store"
    assert wrong(await visit.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert (await visit.refresh(other["refresh_token"])).status_code == 200


async def test_what_cannot_be_given_back(visit: Visit):
    """What is no token is good for nothing already; an access token lasts, and so that is said."""
    tokens = await visit.tokens()
    for text in ("x", "a.b", await visit.code()):
        assert (await visit.revoke(text)).status_code == 200
    assert wrong(await visit.revoke(tokens["access_token"])) == "unsupported_token_type"
    assert wrong(await visit.revoke("")) == "invalid_request"
    assert wrong(await visit.revoke(tokens["refresh_token"], client_id="x")) == "invalid_client"
    assert (await visit.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_code_that_is_shown_again(visit: Visit):
    """It gives nothing, and what it gave cannot be refreshed."""
    code = await visit.code()
    tokens = (await visit.redeem(code)).json()
    assert wrong(await visit.redeem(code)) == "invalid_grant"
    assert wrong(await visit.refresh(tokens["refresh_token"])) == "invalid_grant"


@pytest.mark.slow
async def test_two_workers(visit: Visit, there: httpx.AsyncClient):
    """A code of one can be redeemed at the other, and of many at once by one alone."""
    code = await visit.code()
    at = [visit.http, there] * 5
    answers = await asyncio.gather(*(visit.redeem(code, each) for each in at))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9
    tokens = next(answer.json() for answer in answers if answer.status_code == 200)
    assert await graphql(there, tokens["access_token"]) == 200
    assert wrong(await visit.refresh(tokens["refresh_token"])) == "invalid_grant"
    other = (await visit.redeem(await visit.code(), there)).json()
    assert await graphql(visit.http, other["access_token"]) == 200
    assert (await visit.refresh(other["refresh_token"])).status_code == 200
