"""Signing out: the session ends here, the client hears of it, and the browser is led back."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
import uvicorn
from issuer_parts import own_issuer
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from visiting import Visit, claims_of, wrong

from datasources.redis import Replays
from edge.issuer.tokens import LOGOUT_EVENT


class Client(Visit):
    """The client's own side: hears of sessions that end, as it is told to answer."""

    heard: list[str]
    status: int


@pytest.fixture
async def client(tmp_path: Path) -> AsyncGenerator[Client]:
    """An issuer and its client, which share an address."""

    async def hear(request: Request) -> Response:
        body = dict(parse_qsl((await request.body()).decode()))
        made.heard.append(body["logout_token"])
        return Response(status_code=made.status)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        replays = Replays(None)
        own = own_issuer(tmp_path, origin).route(replays)
        app = Starlette(routes=[own, Route("/auth/backchannel-logout", hear, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.005)
        async with httpx.AsyncClient(base_url=origin, timeout=30) as http:
            made = Client(http, origin)
            made.heard, made.status = [], 200
            yield made
        server.should_exit = True
        await serving


async def test_the_client_is_told(client: Client):
    """By a token of its own kind, for the session alone; the browser goes on with its state."""
    tokens = await client.tokens("ada")
    identity = claims_of(tokens["id_token"])
    back = f"{client.origin}/"
    left = await client.leave(tokens["id_token"], post_logout_redirect_uri=back, state="s & t")
    assert left.status_code == 303
    assert left.headers["cache-control"] == "no-store"
    assert left.headers["location"].startswith(f"{back}?")
    assert parse_qs(urlsplit(left.headers["location"]).query) == {"state": ["s & t"]}
    (token,) = client.heard
    keys = KeySet.import_key_set((await client.http.get("/issuer/jwks")).json())
    found = jwt.decode(token, keys, ["RS256"])
    assert found.header["typ"] == "logout+jwt"
    claims = found.claims
    assert (claims["iss"], claims["aud"]) == (client.issuer, "bigraph")
    assert (claims["sub"], claims["sid"]) == ("ada", identity["sid"])
    assert claims["events"] == {LOGOUT_EVENT: {}}
    assert "nonce" not in claims
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert wrong(await client.refresh(tokens["refresh_token"])) == "invalid_grant"


async def test_other_sessions_of_the_same_person_go_on(client: Client):
    """Only the one that the ID token names ends."""
    one, other = await client.tokens("ada"), await client.tokens("ada")
    assert (await client.leave(one["id_token"])).status_code == 200
    assert (await client.refresh(other["refresh_token"])).status_code == 200


async def test_a_logout_token_is_nothing_else(client: Client):
    """It signs nobody out or in."""
    await client.leave((await client.tokens("ada"))["id_token"])
    assert (await client.leave(client.heard[0])).status_code == 400
    assert wrong(await client.refresh(client.heard[0])) == "invalid_grant"


async def test_the_form_may_be_posted(client: Client):
    """With the client's own id, which must be the ID token's."""
    tokens = await client.tokens("ada")
    form = {"id_token_hint": tokens["id_token"], "client_id": "bigraph"}
    left = await client.http.post("/issuer/logout", data=form)
    assert left.status_code == 200
    assert "signed out" in left.text
    assert wrong(await client.refresh(tokens["refresh_token"])) == "invalid_grant"


async def test_a_client_that_does_not_listen(client: Client):
    """The session here has ended all the same."""
    client.status = 500
    tokens = await client.tokens("ada")
    assert (await client.leave(tokens["id_token"])).status_code == 200
    assert wrong(await client.refresh(tokens["refresh_token"])) == "invalid_grant"


async def test_at_the_running_server(visit: Visit, there: httpx.AsyncClient):
    """What one worker ends is ended for the other."""
    tokens = await visit.tokens()
    left = await visit.leave(tokens["id_token"], post_logout_redirect_uri=f"{visit.origin}/")
    assert left.headers["location"] == f"{visit.origin}/"
    form = {"grant_type": "refresh_token", "client_id": "bigraph"}
    form["refresh_token"] = tokens["refresh_token"]
    assert wrong(await there.post("/issuer/token", data=form)) == "invalid_grant"
