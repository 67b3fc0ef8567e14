"""Attacks on the running server: forged tokens, smuggled headers, and every way round a rule."""

import asyncio
import base64
import hmac
import json
import time
import uuid
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import attacked
import httpx
import psycopg
import pytest
from issuing import AUDIENCE, TestIssuer, base64url, new_key, running_issuer, signed
from running import Running

from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import SampleTable, load

pytestmark = pytest.mark.timeout(180)
MINE = "{ agents { nodes { name } } }"
Headers = list[tuple[str, str]]


@pytest.fixture(scope="module")
async def stores(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """The three, with what is attacked."""
    folder = tmp_path_factory.mktemp("attacked")
    async with Supervisor(folder, ["postgres", "mongo", "redis"], say=print) as supervisor:
        urls = supervisor.urls
        samples = [
            SampleTable(model, len(rows), lambda rows=rows: iter(rows))
            for model, rows in attacked.ROWS.items()
        ]
        await load(
            catalog_of(models_in(attacked)),
            samples,
            postgres_url=urls.postgres,
            mongo_url=urls.mongo,
            progress=lambda *_: None,
        )
        yield urls


@pytest.fixture(scope="module")
async def issuers() -> AsyncGenerator[tuple[TestIssuer, TestIssuer]]:
    """Two that are believed."""
    async with running_issuer() as first, running_issuer() as second:
        yield first, second


def started(folder: Path, stores: EmbeddedUrls, issuers: tuple[TestIssuer, ...]) -> Running:
    """A server of its own."""
    believed = [{"url": each.url, "audience": AUDIENCE, "leeway": 0} for each in issuers]
    environment = {
        "ISSUERS": json.dumps(believed),
        "MODELS": "tests.auth.attacked",
        "DATABASE_URL": stores.postgres or "",
        "MONGO_URL": stores.mongo or "",
        "REDIS_URL": stores.redis or "",
        "LOG_FORMAT": "json",
    }
    return Running(folder / "said", environment)


@pytest.fixture(scope="module")
async def client(
    stores: EmbeddedUrls,
    issuers: tuple[TestIssuer, TestIssuer],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the server that is attacked."""
    running = started(tmp_path_factory.mktemp("server"), stores, issuers)
    url = await asyncio.to_thread(running.url)
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client
    assert running.stop() == 0, running.said
    assert "INTERNAL_SERVER_ERROR" not in running.said


def token_of(issuer: TestIssuer, **more: Any) -> str:
    """Ada's, of now."""
    now = int(time.time())
    said = {"sub": "ada", "firm": "UA", "iat": now, "exp": now + 600, "jti": uuid.uuid4().hex}
    return issuer.token(**(said | more))


async def ask(
    client: httpx.AsyncClient, query: str, token: str | None, **variables: Any
) -> httpx.Response:
    """The answer to somebody."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": query, "variables": variables}
    return await client.post("/graphql", json=body, headers=headers)


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


# --- Ways round a rule, for one who has signed in ---


def _id(*parts: Any) -> str:
    return base64url(json.dumps(parts, separators=(",", ":")).encode())


EVASIONS = [
    "{ agents { nodes { name x: code y: code } } }",
    "{ agents { nodes { ...F } } } fragment F on Agent { ...G } fragment G on Agent { c: code }",
    "{ agents { nodes { ... on Node { ... on Agent { code } } } } }",
    "{ agents { edges { cursor node { code pay } } pageInfo { startCursor endCursor } } }",
    "query($y: Boolean = true) { agents { nodes { code @include(if: $y) pay @skip(if: false) } } }",
    "{ agent(id: 3) { name code } }",
    f'{{ node(id: "{_id("Agent", 3)}") {{ ... on Agent {{ name code firm }} }} }}',
    f'{{ node(id: "{_id("Safe", 1)}") {{ ... on Safe {{ content }} }} }}',
    f'{{ node(id: "{_id("Report", 2)}") {{ nodeId ... on Report {{ text source }} }} }}',
    f'query($i: ID = "{_id("Agent", 3)}") {{ node(id: $i) {{ nodeId ... on Agent {{ name }} }} }}',
    "{ safes { nodes { content } } safe(id: 1) { content } }",
    "{ agents { nodes { safes { nodes { content } totalCount } } } }",
    "{ offices { nodes { agents { nodes { name code } totalCount } } } }",
    "{ offices { nodes { agents { nodes { office { agents { nodes { name } } } } } } } }",
    "{ reports { nodes { text source agent { name code } } } }",
    "{ report(id: 2) { text } }",
    "{ agents { nodes { reports { nodes { text agent { reports { nodes { source } } } } } } } }",
    "{ allAgents { nodes { name code } totalCount } safeCount }",
    "{ agents { aggregate { max { code name } min { code name } } } }",
    "{ agents { groupBy(by: [{code: VALUE}]) { key { code } aggregate { count } } } }",
    "{ agents { groupBy(by: [{name: VALUE}]) { aggregate { max { code } } } } }",
    "{ offices { aggregate { count } nodes { agents { aggregate { max { name } } } } } }",
    "{ agents(orderBy: [{code: ASC}]) { edges { cursor } } }",
    "{ agents(orderBy: [{pay: ASC}]) { edges { cursor } } }",
    "{ reports(orderBy: [{agent: {code: ASC}}]) { edges { cursor } } }",
    "{ reports(orderBy: [{agent: {name: DESC}}]) { edges { cursor node { text } } } }",
    '{ agents(first: 1, after: "WyJ4Il0") { nodes { name } } }',
    '{ agents(where: {or: [{firm: {eq: "DL"}}, {not: {id: {eq: 0}}}]}) { nodes { name } } }',
    '{ agents(where: {firm: {in: ["DL"]}}) { nodes { name } totalCount } }',
    "{ " + " ".join(f"a{n}: agent(id: {n}) {{ name code }}" for n in range(60)) + " }",
    "{ " + " ".join(f"r{n}: report(id: {n}) {{ text source }}" for n in range(60)) + " }",
    "{ agents { nodes { codex } } }",
    "{ agents { nodes { name(x: 1) } } }",
    "{ agentByCode(code: 7) { name } }",
]  # fmt: skip


@pytest.mark.parametrize("query", EVASIONS)
async def test_no_way_round_a_rule_shows_a_secret(client, issuers, query: str):
    """Neither in data nor in an error, nor written in a cursor; by both who may see less."""
    for token in (token_of(issuers[0]), token_of(issuers[1], firm=None), None):
        answer = await ask(client, query, token)
        assert answer.status_code < 500
        text = answer.text + _unpacked(answer.json())
        assert "SECRET" not in text
        assert "777000" not in text
        assert "INTERNAL" not in text


def _unpacked(value: Any) -> str:
    """All that is written in cursors and ids."""
    if isinstance(value, dict):
        return "".join(map(_unpacked, value.values()))
    if isinstance(value, list):
        return "".join(map(_unpacked, value))
    try:
        return base64.urlsafe_b64decode(str(value) + "==").decode("utf-8", "replace")
    except ValueError:
        return ""


PROBES = [
    ('{ agents(where: {code: {startsWith: "?"}}) { totalCount } }', "SEC", "XYZ"),
    ('{ agents(where: {not: {code: {startsWith: "?"}}}) { totalCount } }', "SEC", "XYZ"),
    ('{ agents(where: {name: {startsWith: "?"}}) { totalCount nodes { name } } }', "SEC", "XYZ"),
    ("{ agents(where: {pay: {gt: ?}}) { totalCount } }", "5555555", "9999999"),
    ('{ agents(where: {search: "?"}) { totalCount } }', "SECRET-c", "nothing"),
    ('{ agentByCode(code: "?") { name } }', "SECRET-b", "SECRET-z"),
    ("{ agent(id: ?) { name } }", "3", "333"),
    ('{ node(id: "?") { __typename } }', _id("Agent", 3), _id("Agent", 333)),
    ('{ node(id: "?") { __typename } }', _id("Report", 2), _id("Report", 222)),
    ('{ offices(where: {agents: {some: {firm: {eq: "?"}}}}) { totalCount } }', "DL", "XX"),
    ('{ offices(where: {agents: {none: {firm: {eq: "?"}}}}) { totalCount } }', "DL", "XX"),
    ('{ offices(where: {agents: {every: {firm: {ne: "?"}}}}) { totalCount } }', "DL", "XX"),
    ('{ offices(where: {agents: {some: {code: {startsWith: "?"}}}}) { totalCount } }', "SEC", "X"),
    ('{ agents(where: {safes: {some: {content: {startsWith: "?"}}}}) { totalCount } }', "SEC", "X"),
    ('{ agents(where: {reports: {some: {source: {startsWith: "?"}}}}) { totalCount } }', "S", "X"),
    ('{ reports(where: {agent: {code: {startsWith: "?"}}}) { totalCount } }', "SEC", "XYZ"),
    ('{ reports(where: {agent: {firm: {eq: "?"}}}) { totalCount } }', "DL", "XX"),
    ('{ reports(where: {text: {startsWith: "?"}}) { aggregate { count } } }', "SEC", "XYZ"),
    ("{ agents { groupBy(by: [{firm: VALUE}], having: {max: {pay: {gt: ?}}}) { key { firm } } } }",
     "5555555", "9999999"),
    ("{ offices { nodes { agents(where: {pay: {gt: ?}}) { totalCount } } } }",
     "5555555", "9999999"),
    ('{ allAgents(where: {name: {startsWith: "?"}}) { totalCount } }', "SEC", "XYZ"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "right", "wrong"), PROBES)
async def test_a_right_guess_is_answered_as_a_wrong_one(client, issuers, query, right, wrong):
    """In data and in errors, said in the document or by a variable: so nobody can guess on."""
    token = token_of(issuers[0])
    answers = [await ask(client, query.replace("?", guess), token) for guess in (right, wrong)]
    assert answers[0].status_code == 200
    found = [each.text.replace(g, "?") for each, g in zip(answers, (right, wrong), strict=True)]
    assert found[0] == found[1]
    if '"?"' in query:
        kind = "ID" if "node(" in query else "String"
        asked = f"query($g: {kind}!) " + query.replace('"?"', "$g")
        found = [
            (await ask(client, asked, token, g=guess)).text.replace(guess, "?")
            for guess in (right, wrong)
        ]
        assert found[0] == found[1]


async def test_cursors_of_others_lead_nowhere_else(client, issuers):
    """Whose row a cursor is of changes nothing of what is seen beyond it."""
    theirs = await ask(
        client, "{ agents { edges { cursor } } }", token_of(issuers[0], sub="cy", firm="DL")
    )
    (edge,) = theirs.json()["data"]["agents"]["edges"]
    for way in ("first: 5, after", "last: 5, before"):
        query = f'{{ agents({way}: "{edge["cursor"]}") {{ nodes {{ name firm }} }} }}'
        answer = await ask(client, query, token_of(issuers[0]))
        assert "SECRET" not in answer.text
        assert {row["firm"] for row in answer.json()["data"]["agents"]["nodes"]} <= {"UA"}


async def test_nobody_is_answered_from_what_is_kept_for_another(client, issuers):
    """The same document, by turns and at once, along a relation that is kept in Redis."""
    query = "{ offices { nodes { agents { nodes { name reports { nodes { text } } } } } } }"
    people = [token_of(issuers[0], sub="cy", firm="DL"), token_of(issuers[0]), None] * 6
    told = [(await ask(client, query, each)).text for each in people]
    told_at_once = [
        each.text for each in await asyncio.gather(*(ask(client, query, each) for each in people))
    ]
    assert told_at_once == told
    for turn in range(0, len(people), 3):
        assert "SECRET-storm" in told[turn]
        assert "SECRET" not in told[turn + 1]
        assert "calm" in told[turn + 1]
        assert "name" not in told[turn + 2]
    query = "{ reports { nodes { text agent { name pay code } } } }"
    for turn in ("DL", "UA", "DL", "UA"):
        text = (await ask(client, query, token_of(issuers[0], firm=turn))).text
        assert ("SECRET-storm" in text) == (turn == "DL")
        assert "777000" not in text
        assert '"SECRET-' not in text.replace('"SECRET-storm"', "").replace('"SECRET-cy"', "")
