"""Signing in over HTTP: what a request may show, and how a refusal is told."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import httpx
import pytest
import strawberry
from issuing import Door, TestIssuer, new_key, proof
from strawberry import Info

from edge.app import create_app
from schema import extends
from tests.library.library import Library

QUERY = {"query": "{ me }"}


@extends("Query")
class _Me:
    """Who asks, as resolvers know it."""

    @strawberry.field
    def me(self, info: Info) -> str | None:
        """The subject."""
        return info.context.principal.subject


@pytest.fixture
async def client(issuer: TestIssuer, door_of: Callable[..., Door]) -> AsyncGenerator:
    """A client of the library, which believes the issuer."""
    library = Library(_Me)
    graph = replace(library.graph, authenticator=door_of(issuer.issuer()).authenticator)
    app = create_app(graph, max_body_bytes=10_000, examples=None)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client


async def test_who_shows_nothing_is_nobody(client: httpx.AsyncClient, issuer: TestIssuer):
    """And costs the issuer nothing."""
    answer = await client.post("/graphql", json=QUERY)
    assert answer.json() == {"data": {"me": None}}
    assert not issuer.asked


@pytest.mark.parametrize("direct", [True, False])
async def test_a_good_token(client: httpx.AsyncClient, issuer: TestIssuer, direct: bool):
    """Resolvers know who asks, by either completion."""
    query = QUERY if direct else {"query": "{ me __schema { queryType { name } } }"}
    for scheme in ("Bearer", "bearer"):
        headers = {"authorization": f"{scheme} {issuer.token()}"}
        answer = await client.post("/graphql", json=query, headers=headers)
        assert answer.json()["data"]["me"] == "ada"
    headers["graphql-preflight"] = "1"
    by_get = await client.get("/graphql", params=query, headers=headers)
    assert by_get.json()["data"]["me"] == "ada"


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_bad_one_is_told(client: httpx.AsyncClient, accept: str):
    """401 with a challenge, before the body is looked at, and no word of the token."""
    headers = {"authorization": "Bearer hunter2", "accept": accept}
    answer = await client.post("/graphql", content=b"{", headers=headers)
    assert answer.status_code == 401
    message = "The token is no signed JSON web token."
    assert answer.json() == {
        "errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]
    }
    challenge = f'Bearer error="invalid_token", error_description="{message}"'
    assert answer.headers["www-authenticate"] == challenge
    assert answer.headers["content-type"].startswith(accept)


async def test_two_credentials(client: httpx.AsyncClient, issuer: TestIssuer):
    """400, as RFC 6750 has it."""
    headers = [("authorization", f"Bearer {issuer.token()}")] * 2
    answer = await client.post("/graphql", json=QUERY, headers=headers)
    assert answer.status_code == 400
    assert 'error="invalid_request"' in answer.headers["www-authenticate"]


async def test_a_request_with_proofs_is_looked_at(client: httpx.AsyncClient, issuer: TestIssuer):
    """Each time: two of them are refused, though the bearer is known."""
    token = {"authorization": f"Bearer {issuer.token()}"}
    for _ in range(2):
        assert (await client.post("/graphql", json=QUERY, headers=token)).is_success
        headers = [*token.items(), ("dpop", "a.b.c"), ("dpop", "a.b.c")]
        assert (await client.post("/graphql", json=QUERY, headers=headers)).status_code == 400


async def test_a_token_elsewhere_is_nobodys(client: httpx.AsyncClient, issuer: TestIssuer):
    """Addresses are logged and shared: neither they nor cookies hold tokens."""
    token = issuer.token()
    headers = {"cookie": f"token={token}", "graphql-preflight": "1"}
    params = QUERY | {"access_token": token}
    answer = await client.get("/graphql", params=params, headers=headers)
    assert answer.json() == {"data": {"me": None}}


async def test_a_bound_token(client: httpx.AsyncClient, issuer: TestIssuer):
    """The proof is of the address that was asked, without its query."""
    key = new_key(None)
    token = issuer.token(cnf={"jkt": key.thumbprint()})
    headers = {"authorization": f"DPoP {token}", "dpop": proof(key, token)}
    assert (await client.post("/graphql?x=1", json=QUERY, headers=headers)).json() == {
        "data": {"me": "ada"}
    }
    again = await client.post("/graphql", json=QUERY, headers=headers)
    assert again.status_code == 401
    assert again.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
    assert (
        await client.post("/graphql", json=QUERY, headers={"authorization": f"Bearer {token}"})
    ).status_code == 401


async def test_behind_a_proxy(issuer: TestIssuer, door_of: Callable[..., Door]):
    """A proof is of the address that the operator says, whatever the request claims to be of."""
    graph = replace(
        Library(_Me).graph,
        authenticator=door_of(issuer.issuer()).authenticator,
        public_url="http://api.test/",
    )
    app = create_app(graph, max_body_bytes=10_000, examples=None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as client:
        key = new_key(None)
        token = issuer.token(cnf={"jkt": key.thumbprint()})
        headers = {"authorization": f"DPoP {token}", "dpop": proof(key, token)}
        assert (await client.post("/graphql", json=QUERY, headers=headers)).is_success
        there = proof(key, token, htu="http://10.0.0.7:8000/graphql")
        headers = {"authorization": f"DPoP {token}", "dpop": there}
        assert (await client.post("/graphql", json=QUERY, headers=headers)).status_code == 401


async def test_the_issuer_is_away(client: httpx.AsyncClient, issuer: TestIssuer):
    """503, to be asked again; who shows nothing is answered."""
    issuer.down = True
    headers = {"authorization": f"Bearer {issuer.token()}"}
    answer = await client.post("/graphql", json=QUERY, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["errors"][0]["extensions"]["code"] == "ISSUER_UNAVAILABLE"
    assert (await client.post("/graphql", json=QUERY)).json() == {"data": {"me": None}}


async def test_where_nobody_can_sign_in():
    """Credentials are refused: whoever shows some believes to be signed in."""
    app = create_app(Library(_Me).graph, max_body_bytes=10_000, examples=None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        answer = await client.post(
            "/graphql", json=QUERY, headers={"authorization": "Bearer x.y.z"}
        )
    assert answer.status_code == 401
    assert "no issuer is set" in answer.text
