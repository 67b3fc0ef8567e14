"""In charge of an issuer that browsers sign in with: codes, tokens, rotation, by the book."""

import asyncio
import base64
import hashlib
import secrets
import uuid
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.auth.issuing import AUDIENCE, NOW, TestIssuer, base64url, signed

CLIENT_ID = "bigraph"
CLIENT_SECRET = "the client's secret + more"
CALLBACK = "https://app.test/auth/callback"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Provider(TestIssuer):
    """Signs in whoever is its ``person``; what is set in its other members it does wrong."""

    def begin(self) -> None:
        super().begin()
        self.metadata |= {
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "end_session_endpoint": f"{self.url}/end",
            "revocation_endpoint": f"{self.url}/revoke",
            "authorization_response_iss_parameter_supported": True,
        }
        self.now: float = NOW
        self.person: dict[str, Any] = {"sub": "ada", "sid": "s1", "name": "Ada", "roles": ["crew"]}
        self.seconds = 300
        self.answers: dict[str, str | None] = {}
        self.identity: dict[str, Any] = {}
        self.identity_header: dict[str, Any] = {}
        self.access: dict[str, Any] = {}
        self.tells: dict[str, Any] = {}
        self.refuses: str | None = None
        self.secret: str | None = CLIENT_SECRET
        self.codes: dict[str, dict[str, Any]] = {}
        self.refresh_tokens: dict[str, dict[str, Any]] = {}
        self.spent: set[str] = set()
        self.verifiers: list[str] = []
        self.revoking = asyncio.Event()
        self.revoking.set()

    @property
    def refreshes(self) -> int:
        """How often it was asked for new tokens."""
        return self.asked.count("refresh")

    def app(self) -> Starlette:
        app = super().app()
        app.routes.extend(
            [
                Route("/authorize", self.authorize),
                Route("/token", self.token_endpoint, methods=["POST"]),
                Route("/revoke", self.revoke, methods=["POST"]),
            ]
        )
        return app

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "person": self.person}
        answer = {"code": code, "state": asked["state"], "iss": self.url} | self.answers
        told = {name: value for name, value in answer.items() if value is not None}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(told)}", 303)

    async def token_endpoint(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        kind = form["grant_type"]
        self.asked.append("refresh" if kind == "refresh_token" else "code")
        if self.down:
            return Response("away", 503)
        if not self._knows(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        granted = self._by_code(form) if kind == "authorization_code" else self._by_refresh(form)
        if granted is None or self.refuses:
            return JSONResponse({"error": self.refuses or "invalid_grant"}, 400)
        return JSONResponse(self._tokens(granted) | self.tells)

    async def revoke(self, request: Request) -> Response:
        """By RFC 7009: whatever comes, it says nothing but yes."""
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append("revoke")
        await self.revoking.wait()
        if self.down:
            return Response("away", 503)
        if not self._knows(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        assert form["token_type_hint"] == "refresh_token"
        self.refresh_tokens.pop(form["token"], None)
        return Response()

    def logout_token(self, **more: Any) -> str:
        """A good one but for what is said; None takes a claim away."""
        header = {"alg": "ES256", "typ": "logout+jwt", "kid": self.key.kid}
        header |= more.pop("header", {})
        key = more.pop("key", self.key)
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "iat": int(self.now), "exp": int(self.now) + 120,
            "jti": uuid.uuid4().hex, "sid": "s1", "sub": "ada", "events": {LOGOUT_EVENT: {}},
        } | more  # fmt: skip
        return signed(key, header, {k: value for k, value in claims.items() if value is not None})

    def _knows(self, request: Request, form: dict[str, str]) -> bool:
        if self.secret is None:
            return form.get("client_id") == CLIENT_ID and "authorization" not in request.headers
        sent = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        return [unquote_plus(part) for part in sent.split(":")] == [CLIENT_ID, self.secret]

    def _by_code(self, form: dict[str, str]) -> dict[str, Any] | None:
        granted = self.codes.pop(form["code"], None)
        challenge = base64url(hashlib.sha256(form["code_verifier"].encode()).digest())
        self.verifiers.append(form["code_verifier"])
        if granted is None or granted["code_challenge"] != challenge:
            return None
        return granted if granted["redirect_uri"] == form["redirect_uri"] else None

    def _by_refresh(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Each is good for once; who shows one again loses all that came of the login."""
        shown = form["refresh_token"]
        granted = self.refresh_tokens.pop(shown, None)
        if shown in self.spent:
            self.refresh_tokens.clear()
        self.spent.add(shown)
        return granted and {**granted, "nonce": None}

    def _tokens(self, granted: dict[str, Any]) -> dict[str, Any]:
        now, refresh = int(self.now), secrets.token_urlsafe(16)
        self.refresh_tokens[refresh] = granted
        times = {"iat": now, "exp": now + self.seconds}
        roles, subject = granted["person"]["roles"], granted["person"]["sub"]
        access = self.token(**{"sub": subject, "roles": roles, **times, **self.access})
        header = {"alg": "ES256", "typ": "JWT", "kid": self.key.kid} | self.identity_header
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "nonce": granted["nonce"], **times,
            "at_hash": base64url(hashlib.sha256(access.encode()).digest()[:16]),
        } | granted["person"] | self.identity  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return {
            "access_token": access, "token_type": "Bearer", "expires_in": self.seconds,
            "id_token": signed(self.key, header, claims), "refresh_token": refresh,
        }  # fmt: skip


__all__ = ["AUDIENCE", "CALLBACK", "CLIENT_ID", "CLIENT_SECRET", "NOW", "Provider"]
