"""In charge of an issuer for tests: real HTTP, real keys, and whatever may go wrong with them."""

import asyncio
import base64
import hashlib
import json
import socket
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import uvicorn
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.algorithms import ALGORITHMS
from auth.authenticator import Authenticator
from auth.issuers import Issuer
from auth.principal import Principal
from auth.profiles import PROFILES
from auth.shown import Shown
from datasources.redis import Replays

AUDIENCE = "https://api.test"
SECRET = "the client's secret"
NOW = 1_800_000_000
"""The moment at which all of it happens."""


def base64url(content: bytes) -> str:
    """As tokens are written."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(key: Key, header: dict[str, Any], claims: Any) -> str:
    """A token, whatever is in it."""
    parts = [json.dumps(part).encode() if not isinstance(part, bytes) else part
             for part in (header, claims)]  # fmt: skip
    text = ".".join(base64url(part) for part in parts)
    return f"{text}.{signature(key, header.get('alg'), text)}"


def signature(key: Key, algorithm: object, text: str) -> str:
    """By the algorithm if it is the key's, else by ES256."""
    found = JWSRegistry.algorithms.get(str(algorithm))
    if found is None or found.key_type != key.key_type:
        found = JWSRegistry.algorithms["ES256"]
    return base64url(found.sign(text.encode(), key))


def new_key(name: str | None, algorithm: str = "ES256", *, bits: int = 2048) -> Key:
    """A key pair of its own."""
    extra = {"kid": name} if name else {}
    if algorithm.startswith(("RS", "PS")):
        return RSAKey.generate_key(bits, extra)
    if algorithm.startswith("E") and algorithm[1] == "S":
        curve = {"256": "P-256", "384": "P-384", "512": "P-521"}[algorithm[2:]]
        return ECKey.generate_key(curve, extra)
    return OKPKey.generate_key("Ed25519", extra)


class TestIssuer:
    """Publishes keys, explains tokens, counts how often it is asked, and fails when told to."""

    __test__ = False

    def __init__(self, url: str) -> None:
        self.url = url
        self.begin()

    def begin(self) -> None:
        """As if nothing had been asked of it, with a key of its own."""
        url = self.url
        self.key = new_key("first")
        self.jwks: Any = self.published(self.key)
        self.metadata: dict[str, Any] = {
            "issuer": url,
            "jwks_uri": f"{url}/keys",
            "introspection_endpoint": f"{url}/introspect",
        }
        self.asked: list[str] = []
        self.down = False
        self.delay = 0.0
        self.tokens: dict[str, dict[str, Any]] = {}

    @staticmethod
    def published(*keys: Key) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in keys]}

    def issuer(self, profile: str = "rfc9068", **more: Any) -> Issuer:
        """The same, as the server takes it."""
        return Issuer(self.url, frozenset({AUDIENCE}), PROFILES[profile], ALGORITHMS, **more)

    def claims(self, **more: Any) -> dict[str, Any]:
        """What a good access token says; None takes a claim away."""
        claims = {
            "iss": self.url, "sub": "ada", "aud": AUDIENCE, "iat": NOW, "exp": NOW + 300,
            "client_id": "app", "jti": uuid.uuid4().hex, "scope": "read:flights",
        } | more  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, *, header: dict[str, Any] | None = None, key: Key | None = None, **more: Any):
        """A good access token but for what is said."""
        key = key or self.key
        made = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | (header or {})
        made = {name: value for name, value in made.items() if value is not None}
        return signed(key, made, self.claims(**more))

    def app(self) -> Starlette:
        async def answer(request: Request, body: Any) -> Response:
            self.asked.append(request.url.path)
            await asyncio.sleep(self.delay)
            return Response("away", 503) if self.down else JSONResponse(body)

        async def metadata(request: Request) -> Response:
            return await answer(request, self.metadata)

        async def keys(request: Request) -> Response:
            return await answer(request, self.jwks)

        async def introspect(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode()))
            login = base64.b64encode(f"bigraph:{SECRET}".encode()).decode()
            assert request.headers["authorization"] == f"Basic {login}"
            return await answer(request, self.tokens.get(form["token"], {"active": False}))

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", metadata),
                Route("/keys", keys),
                Route("/introspect", introspect, methods=["POST"]),
            ]
        )


Kind = TypeVar("Kind", bound=TestIssuer)


@asynccontextmanager
async def running_issuer(kind: type[Kind] = TestIssuer) -> AsyncGenerator[Kind]:
    """One that answers on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        issuer = kind(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(issuer.app(), log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.005)
        yield issuer
        server.should_exit = True
        await serving


class Door:
    """An authenticator, and requests that stand before it."""

    def __init__(self, *issuers: Issuer) -> None:
        self.now: float = NOW
        self.authenticator = Authenticator(issuers, Replays(None), clock=lambda: self.now)

    async def let_in(
        self, *tokens: str, scheme: str = "Bearer", proofs: tuple[str, ...] = ()
    ) -> Principal:
        """Who asks; what is recalled of a request must be what is found out of it."""
        shown = [f"{scheme} {token}" for token in tokens]
        known = None if proofs else self.recalled(",".join(shown))
        found = None
        try:
            asked = Shown(shown, proofs, "POST", "http://api.test/graphql")
            found = (await self.authenticator.vouched(asked)).principal
        finally:
            assert known in (None, found)
        return found

    def recalled(self, authorization: str) -> Principal | None:
        """Who showed this before, if that is known at once."""
        return self.authenticator.recalled(authorization.encode("latin-1", "replace"))


def proof(key: Key, token: str, *, header: dict[str, Any] | None = None, **more: Any) -> str:
    """A proof that the key is held, for the door's requests, but for what is said."""
    made = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)} | (header or {})
    claims = {
        "jti": uuid.uuid4().hex, "htm": "POST", "htu": "http://api.test/graphql",
        "iat": NOW, "ath": base64url(hashlib.sha256(token.encode()).digest()),
    } | more  # fmt: skip
    made = {name: value for name, value in made.items() if value is not None}
    return signed(key, made, {name: value for name, value in claims.items() if value is not None})
