"""Signing in to the server as a process of its own, with issuers that its settings name."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from forging_sets import BadSet, bad_sets, good_set
from issuing import AUDIENCE, TestIssuer, running_issuer
from running import Running
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from vectors import forgeries, published, well_signed

pytestmark = pytest.mark.slow  # the same forgeries are tried in this process by test_auth_vectors

ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519"]
QUERY = {"query": "{ __typename }"}


class Issuers(TestIssuer):
    """Several at one address, each with the keys of its name."""

    def begin(self) -> None:
        super().begin()
        self.sets: dict[str, BadSet] = {"good": good_set(), **bad_sets()}
        self.keys = {str(n): each.keys for n, each in enumerate(self.sets.values())}
        self.keys |= {name: [published(name)] for name in ALGORITHMS}

    def settings(self) -> list[dict[str, str]]:
        """As `ISSUERS` has them."""
        return [{"url": self.url, "audience": AUDIENCE}] + [
            {"url": f"{self.url}/{n}", "audience": AUDIENCE, "jwks_url": f"{self.url}/sets/{n}"}
            for n in self.keys
        ]

    def said(self, name: str) -> dict[str, Any]:
        """What a token of now says, of one of them."""
        now = int(time.time())
        return self.claims(iss=f"{self.url}/{name}", iat=now, exp=now + 600)

    def app(self) -> Starlette:
        async def keys(request: Request) -> JSONResponse:
            return JSONResponse({"keys": self.keys[request.path_params["name"]]})

        app = super().app()
        app.routes.append(Route("/sets/{name}", keys))
        return app


@pytest.fixture(scope="module")
async def issuers() -> AsyncGenerator[Issuers]:
    """All that the server believes."""
    async with running_issuer(Issuers) as issuers:
        yield issuers


@pytest.fixture(scope="module")
async def server(
    issuers: Issuers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Running]:
    """A server that believes the issuers, and has no store."""
    nowhere = "127.0.0.1:1"
    environment = {
        "ISSUERS": json.dumps(issuers.settings()),
        "MODELS": "tests.library.models",
        "ENVIRONMENT": "production",
        "DATABASE_URL": f"postgresql://{nowhere}/none",
        "MONGO_URL": f"mongodb://{nowhere}/none",
        "LOG_FORMAT": "json",
    }
    running = Running(tmp_path_factory.mktemp("server") / "said", environment)
    yield running
    assert running.stop() == 0, running.said
    assert "Traceback" not in running.said


@pytest.fixture(scope="module")
async def client(server: Running) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of it."""
    url = await asyncio.to_thread(server.url)
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def asked(client: httpx.AsyncClient, token: str) -> httpx.Response:
    """The answer to whoever shows it, written as it is."""
    headers = [(b"authorization", b"Bearer " + token.encode())]
    return await client.post("/graphql", json=QUERY, headers=headers)


async def refused(client: httpx.AsyncClient, token: str) -> bool:
    """401 with a code and a challenge, and nothing of what was asked."""
    answer = await asked(client, token)
    return (
        answer.status_code == 401
        and [error["extensions"]["code"] for error in answer.json()["errors"]]
        == ["UNAUTHENTICATED"]
        and answer.json().keys() == {"errors"}
        and answer.headers["www-authenticate"].startswith("Bearer error=")
    )


async def test_good_and_bad(client: httpx.AsyncClient, issuers: Issuers, server: Running):
    """The one is let in after one fetch of the keys, others are told why not; none is logged."""
    now = int(time.time())
    good = issuers.token(iat=now, exp=now + 60)
    tokens = (good, "a.b.c", issuers.token(iat=now, exp=now - 60), good)
    assert [(await asked(client, each)).status_code for each in tokens] == [200, 401, 401, 200]
    assert issuers.asked.count("/keys") == 1
    assert good not in server.said
    assert "UNAUTHENTICATED" in server.said


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_forgeries_are_refused(client: httpx.AsyncClient, issuers: Issuers, algorithm: str):
    """Every third of all that the verifier is tried with; the token they are made of is good."""
    claims = issuers.said(algorithm)
    made = [each for some in forgeries(algorithm, claims, issuers.url).values() for each in some]
    # Of a header's value no end can be blank, and no line can end in it.
    sent = [each for each in made[::3] if each[1].strip().splitlines() == [each[1]]]
    assert len(sent) > 50
    assert not [how for how, token in sent if not await refused(client, token)]
    assert (await asked(client, well_signed(algorithm, claims))).json() == {
        "data": {"__typename": "Query"}
    }


async def test_tokens_of_keys_that_nobody_should_believe(
    client: httpx.AsyncClient, issuers: Issuers
):
    """Each is signed as well as can be, by an issuer that the server is to believe."""
    tokens = {
        name: made.token(issuers.said(str(n)))
        for n, (name, made) in enumerate(issuers.sets.items())
    }
    assert (await asked(client, tokens.pop("good"))).is_success
    assert not [name for name, token in tokens.items() if not await refused(client, token)]
