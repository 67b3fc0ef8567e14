"""In charge of tokens that only their issuer can read: it is asked what they are (RFC 7662)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import Context
from typing import Any, Final

from auth.claims import principal_of
from auth.discovery import endpoint_of, metadata_of
from auth.dpop import bound_to
from auth.errors import TokenError
from auth.fetch import Fetch
from auth.issuers import Client, Issuer
from auth.known import Known, digest_of
from catalog.ending import ended

POSITIVE_SECONDS: Final = 30.0
"""For so long an issuer's yes holds: a token that it withdraws works on for as long at most."""

NEGATIVE_SECONDS: Final = 10.0
_MOST_REFUSED: Final = 10_000


class Introspection:
    """Asks one issuer about tokens; about the same one once, whoever waits for the answer."""

    def __init__(self, issuer: Issuer, client: Client, fetch: Fetch) -> None:
        self._issuer = issuer
        self._client = client
        self._fetch = fetch
        self._url: str | None = None
        self._asking: dict[bytes, asyncio.Task[Mapping[str, Any]]] = {}
        self._refused: dict[bytes, float] = {}

    async def known(self, token: str, now: float) -> Known:
        """Whose token it is; raises ``TokenError``, or ``IssuerError`` if the issuer is away."""
        digest = digest_of(token.encode())
        if self._refused.get(digest, 0) > now:
            raise _inactive()
        answer = await self._asked(digest, token)
        if answer.get("active") is not True:
            self._refuse(digest, now)
            raise _inactive()
        claims = {"iss": self._issuer.url, "iat": now, **answer}
        principal, until = principal_of(claims, self._issuer, now)
        return Known(principal, min(until, now + POSITIVE_SECONDS), bound_to(claims))

    async def close(self) -> None:
        """Stops whatever is under way."""
        await ended(self._asking.values())

    async def _asked(self, digest: bytes, token: str) -> Mapping[str, Any]:
        task = self._asking.get(digest)
        if task is None:
            task = asyncio.create_task(self._answer(token), context=Context())
            self._asking[digest] = task
            task.add_done_callback(lambda _task: self._asking.pop(digest, None))
        return await asyncio.shield(task)

    async def _answer(self, token: str) -> Mapping[str, Any]:
        if self._url is None:
            metadata = await metadata_of(self._issuer, self._fetch)
            self._url = endpoint_of(metadata, "introspection_endpoint", self._issuer)
        form = {"token": token, "token_type_hint": "access_token"}
        login = (self._client.id, self._client.secret)
        return await self._fetch.json(self._url, self._issuer.url, form=form, login=login)

    def _refuse(self, digest: bytes, now: float) -> None:
        while len(self._refused) >= _MOST_REFUSED:
            del self._refused[next(iter(self._refused))]
        self._refused[digest] = now + NEGATIVE_SECONDS


def _inactive() -> TokenError:
    return TokenError("The token is not active, says its issuer.")
