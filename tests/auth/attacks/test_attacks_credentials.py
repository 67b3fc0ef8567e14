"""Attacks on the running server by credentials: forged tokens, and smuggled headers."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from attacking import MINE, ask, started, token_of
from issuing import AUDIENCE, TestIssuer, base64url, new_key, signed

from datasources.embedded import EmbeddedUrls

pytestmark = pytest.mark.timeout(180)
Headers = list[tuple[str, str]]


# --- Tokens that are none ---


def _now(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"sub": "ada", "firm": "DL", "iat": now, "exp": now + 600} | more


def _parts(issuer: TestIssuer) -> list[str]:
    return token_of(issuer).split(".")


def _with_public_key(issuer: TestIssuer, content: bytes) -> str:
    """By HS256, with what everybody knows for a secret."""
    head, claims = {"alg": "HS256", "typ": "at+jwt", "kid": "first"}, issuer.claims(**_now())
    text = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{base64url(hmac.digest(content, text.encode(), 'sha256'))}"


def _raw_claims(issuer: TestIssuer, text: str) -> str:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid}
    return signed(issuer.key, header, text.encode())


def _twice(issuer: TestIssuer) -> str:
    claims = json.dumps(issuer.claims(**_now()))
    return _raw_claims(issuer, claims[:-1] + ', "sub": "root"}')


def _stranger(issuer: TestIssuer, **header: Any) -> str:
    """By a key that nobody has published."""
    key = new_key("first")
    return issuer.token(key=key, header=header, **_now())


FORGERIES: dict[str, Callable[[TestIssuer, TestIssuer], str]] = {
    "alg none": lambda a, _: f"{_parts(a)[0]}.{_parts(a)[1]}.",
    "alg none, said": lambda a, _: a.token(header={"alg": "none"}, **_now()),
    "alg nOnE": lambda a, _: a.token(header={"alg": "nOnE"}, **_now()),
    "no alg": lambda a, _: a.token(header={"alg": None}, **_now()),
    "HS256 with the public key in DER": lambda a, _: _with_public_key(
        a, a.key.as_der(private=False)
    ),
    "HS256 with the public key in PEM": lambda a, _: _with_public_key(
        a, a.key.as_pem(private=False)
    ),
    "HS256 with the public key in JSON": lambda a, _: _with_public_key(
        a, json.dumps(a.key.as_dict(private=False)).encode()
    ),
    "HS256 with nothing much": lambda a, _: _with_public_key(a, b"0" * 32),
    "another algorithm of the kind": lambda a, _: a.token(header={"alg": "ES384"}, **_now()),
    "a key of one's own": lambda a, _: _stranger(a),
    "a key in the header": lambda a, _: _stranger(a, jwk=new_key("first").as_dict(private=False)),
    "an address of keys": lambda a, b: _stranger(a, jku=f"{b.url}/keys"),
    "an address of certificates": lambda a, b: _stranger(a, x5u=f"{b.url}/keys"),
    "a certificate": lambda a, _: _stranger(a, x5c=["AAAA"]),
    "kid of a file": lambda a, _: _stranger(a, kid="../../../../dev/null"),
    "kid of SQL": lambda a, _: _stranger(a, kid="x' UNION SELECT 'k"),
    "kid of a list": lambda a, _: _stranger(a, kid=["first"]),
    "kid of nothing": lambda a, _: _stranger(a, kid=""),
    "crit": lambda a, _: a.token(header={"crit": ["exp"]}, **_now()),
    "b64": lambda a, _: a.token(header={"b64": False, "crit": ["b64"]}, **_now()),
    "zip": lambda a, _: a.token(header={"zip": "DEF"}, **_now()),
    "an ID token": lambda a, _: a.token(header={"typ": "JWT"}, **_now()),
    "no typ": lambda a, _: a.token(header={"typ": None}, **_now()),
    "nested": lambda a, _: _raw_claims(a, json.dumps(token_of(a))),
    "a member twice": lambda a, _: _twice(a),
    "claims that are a list": lambda a, _: _raw_claims(a, "[]"),
    "claims that are no JSON": lambda a, _: _raw_claims(a, "{"),
    "claims with NaN": lambda a, _: _raw_claims(a, '{"exp": NaN}'),
    "claims nested deeply": lambda a, _: _raw_claims(a, '{"a":' * 3000 + "1" + "}" * 3000),
    "of the other issuer, signed by this one": lambda a, b: a.token(iss=b.url, **_now()),
    "of this issuer, signed by the other": lambda a, b: b.token(iss=a.url, **_now()),
    "of an issuer with a slash more": lambda a, _: a.token(iss=a.url + "/", **_now()),
    "of a list of issuers": lambda a, _: a.token(iss=[a.url], **_now()),
    "for another audience": lambda a, _: a.token(aud="https://other.test", **_now()),
    "for a list of others": lambda a, _: a.token(aud=["x", AUDIENCE + "/"], **_now()),
    "for an object": lambda a, _: a.token(aud={AUDIENCE: 1}, **_now()),
    "expired": lambda a, _: a.token(**_now(exp=int(time.time()) - 1)),
    "expiring never": lambda a, _: a.token(**_now(exp=None)),
    "expiring in text": lambda a, _: a.token(**_now(exp="9999999999")),
    "made to last": lambda a, _: a.token(**_now(exp=int(time.time()) + 10**8)),
    "of the future": lambda a, _: a.token(**_now(iat=int(time.time()) + 500)),
    "of nobody": lambda a, _: a.token(**_now(sub="")),
    "of a number": lambda a, _: a.token(**_now(sub=7)),
    "bound, and shown bare": lambda a, _: a.token(cnf={"jkt": "x" * 43}, **_now()),
    "a signature cut short": lambda a, _: token_of(a)[:-2],
    "padded": lambda a, _: token_of(a) + "==",
    "a part more": lambda a, _: token_of(a) + ".AAAA",
    "another's claims": lambda a, _: ".".join(
        (_parts(a)[0], base64url(json.dumps(a.claims(**_now())).encode()), _parts(a)[2])
    ),
    "too long": lambda a, _: a.token(**_now(x="x" * 20_000)),
    "no token at all": lambda *_: "x",
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_token_is_refused(client, issuers, name: str):
    """401 or 400, with nothing of what was asked."""
    answer = await ask(client, MINE, FORGERIES[name](*issuers))
    assert answer.status_code in {400, 401}, answer.text
    assert answer.json().keys() == {"errors"}
    assert answer.headers["www-authenticate"].startswith("Bearer error=")


async def test_a_bad_token_takes_no_connection(stores, issuers, tmp_path):
    """PostgreSQL hears of none of them; of a good one it does."""
    running = started(tmp_path, stores, issuers)
    try:
        async with httpx.AsyncClient(base_url=await asyncio.to_thread(running.url)) as client:
            before = await _heard(stores)
            for forged in FORGERIES.values():
                await ask(client, MINE, forged(*issuers))
                await ask(client, "{ offices { totalCount } }", forged(*issuers))
            assert await _heard(stores) == before
            good = await ask(client, MINE, token_of(issuers[0]))
            assert good.json()["data"]["agents"]["nodes"] == [{"name": "ada"}, {"name": "bo"}]
            assert await _heard(stores) != before
    finally:
        assert running.stop() == 0, running.said


async def _heard(stores: EmbeddedUrls) -> set[Any]:
    """What each connection of the server's was asked last of these tables, and when."""
    text = """SELECT pid, query_start FROM pg_stat_activity
        WHERE application_name = 'bigraph' AND query ~ '(agent|office)' AND query ~ '^ *SELECT'"""
    async with await psycopg.AsyncConnection.connect(stores.postgres or "") as asking:
        return {*await (await asking.execute(text)).fetchall()}


async def test_a_token_that_expires_while_the_request_runs(client, issuers):
    """It was good when it came; the next time it is not."""
    token = token_of(issuers[0], exp=int(time.time()) + 4)
    answer = await ask(client, "{ slow agents { totalCount } }", token)
    assert answer.json() == {"data": {"slow": 1, "agents": {"totalCount": 2}}}
    await asyncio.sleep(0.5)
    assert (await ask(client, MINE, token)).status_code == 401


# --- Headers that are not what they seem ---

SMUGGLED: dict[str, Callable[[str], Headers]] = {
    "two of them": lambda good: [("authorization", f"Bearer {good}")] * 2,
    "a good and a bad one": lambda good: [
        ("authorization", f"Bearer {good}"),
        ("authorization", "Bearer x"),
    ],
    "joined by a comma": lambda good: [("authorization", f"Bearer {good}, Bearer {good}")],
    "basic": lambda good: [("authorization", "Basic " + base64.b64encode(good.encode()).decode())],
    "negotiate": lambda good: [("authorization", f"Negotiate {good}")],
    "no scheme": lambda good: [("authorization", good)],
    "a scheme alone": lambda _: [("authorization", "Bearer")],
    "nothing": lambda _: [("authorization", "")],
    "a tab": lambda good: [("authorization", f"Bearer\t{good}")],
    "quotes": lambda good: [("authorization", f'Bearer "{good}"')],
    "a space within": lambda good: [("authorization", f"Bearer {good[:20]} {good[20:]}")],
    "a parameter more": lambda good: [("authorization", f"Bearer {good}; sub=root")],
    "as DPoP": lambda good: [("authorization", f"DPoP {good}")],
    "two proofs": lambda good: [("authorization", f"DPoP {good}"), ("dpop", "a"), ("dpop", "b")],
}


@pytest.mark.parametrize("name", SMUGGLED)
async def test_credentials_that_are_not_clear_are_refused(client, issuers, name: str):
    """Not passed over, and not taken in part."""
    headers = SMUGGLED[name](token_of(issuers[0]))
    answer = await client.post("/graphql", json={"query": MINE}, headers=headers)
    assert answer.status_code in {400, 401}, answer.text


@pytest.mark.parametrize("where", ["cookie", "x-forwarded-authorization", "proxy-authorization",
                                   "x-access-token", "x-user", "x-hasura-role"])  # fmt: skip
async def test_credentials_elsewhere_are_nobodys(client, issuers, where: str):
    """Whoever sends them is answered as a visitor is."""
    shown = token_of(issuers[0])
    value = f"__Host-session={shown}; token={shown}" if where == "cookie" else f"Bearer {shown}"
    answer = await client.post("/graphql", json={"query": MINE}, headers={where: value})
    assert answer.status_code < 500
    assert answer.json().get("data") in (None, {"agents": {"nodes": []}})
