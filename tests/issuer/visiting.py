"""In charge of a client of the issuer, and of the person before its browser, by plain HTTP."""

import base64
import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx


def base64url(content: bytes) -> str:
    """As tokens are written."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def answer_in(response: httpx.Response) -> dict[str, str]:
    """What the issuer has the browser take back to the client."""
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


@dataclass
class Visit:
    """One sign-in of the server's own client."""

    http: httpx.AsyncClient
    origin: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def issuer(self) -> str:
        return f"{self.origin}/issuer"

    def request(self, **more: str | None) -> dict[str, str]:
        """A good authorization request but for what is said; None takes a parameter away."""
        asked = {
            "response_type": "code",
            "client_id": "bigraph",
            "redirect_uri": f"{self.origin}/auth/callback",
            "scope": "openid profile",
            "state": "a state & more",
            "nonce": "a nonce",
            "code_challenge": base64url(hashlib.sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        } | more
        return {name: value for name, value in asked.items() if value is not None}

    async def page(self, **more: str | None) -> httpx.Response:
        """The answer to the authorization request."""
        return await self.http.get("/issuer/authorize", params=self.request(**more))

    async def choose(self, page: httpx.Response, **form: str) -> httpx.Response:
        """The answer to the page's form."""
        assert page.status_code == 200, page.text
        query = re.search(r'name="query" value="([^"]*)"', page.text)
        assert query
        data = {"query": html.unescape(query[1]), **form}
        return await self.http.post("/issuer/login", data=data)

    async def code(self, person: str = "dispatcher", **more: str | None) -> str:
        """A code for one of the people."""
        answer = answer_in(await self.choose(await self.page(**more), person=person))
        assert answer["state"] == "a state & more"
        assert answer["iss"] == self.issuer
        return answer["code"]

    async def redeem(
        self, code: str, at: httpx.AsyncClient | None = None, /, **more: str | None
    ) -> httpx.Response:
        """The answer to a code."""
        form = {
            "grant_type": "authorization_code",
            "client_id": "bigraph",
            "code": code,
            "redirect_uri": f"{self.origin}/auth/callback",
            "code_verifier": self.verifier,
        } | more
        form = {name: value for name, value in form.items() if value is not None}
        return await (at or self.http).post("/issuer/token", data=form)

    async def refresh(self, token: str, **more: str) -> httpx.Response:
        """The answer to a refresh token."""
        form = {"grant_type": "refresh_token", "client_id": "bigraph", "refresh_token": token}
        return await self.http.post("/issuer/token", data=form | more)

    async def revoke(self, token: str, **more: str) -> httpx.Response:
        """The answer to a token that is given back."""
        form = {"client_id": "bigraph", "token": token, "token_type_hint": "refresh_token"}
        return await self.http.post("/issuer/revoke", data=form | more)

    async def tokens(self, person: str = "dispatcher", **more: str | None) -> dict[str, Any]:
        """The tokens of a whole sign-in."""
        answer = await self.redeem(await self.code(person, **more))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def leave(self, id_token: str, **more: str) -> httpx.Response:
        """The answer to signing out."""
        query = urlencode({"id_token_hint": id_token, **more})
        return await self.http.get(f"/issuer/logout?{query}")


async def graphql(http: httpx.AsyncClient, token: str) -> int:
    """The status of a request with a token."""
    headers = {"authorization": f"Bearer {token}"}
    answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    return answer.status_code


def wrong(answer: httpx.Response) -> str:
    """The error that the token endpoint tells."""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error_description"]
    return answer.json()["error"]
