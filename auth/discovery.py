"""In charge of where an issuer has its keys and its endpoints, by its own description of itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from auth.errors import IssuerError
from auth.fetch import Fetch
from auth.issuers import Issuer, is_safe

_OPENID = "/.well-known/openid-configuration"
_OAUTH = "/.well-known/oauth-authorization-server"
_FRESH_SECONDS: Final = 300.0


class Described:
    """What an issuer says of itself: asked every five minutes; what it said last if it is away."""

    def __init__(self, issuer: Issuer, fetch: Fetch) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._said: Mapping[str, Any] | None = None
        self._asked = float("-inf")
        self._asking = asyncio.Lock()

    async def metadata(self) -> Mapping[str, Any]:
        """All of it; raises ``IssuerError`` if it was never heard."""
        async with self._asking:
            if self._said is None or time.monotonic() - self._asked > _FRESH_SECONDS:
                self._said = await self._heard()
            return self._said

    async def endpoint(self, name: str) -> str:
        """An address to which browsers or tokens may be sent; raises ``IssuerError``."""
        url = endpoint_of(await self.metadata(), name, self._issuer)
        if not is_safe(url, self._issuer.url):
            raise IssuerError(f"{self._issuer.url} has its {name} where it is not safe.")
        return url

    async def _heard(self) -> Mapping[str, Any]:
        try:
            said = await metadata_of(self._issuer, self._fetch)
        except IssuerError:
            if self._said is None:
                raise
            said = self._said
        self._asked = time.monotonic()
        return said


async def metadata_of(issuer: Issuer, fetch: Fetch) -> Mapping[str, Any]:
    """What it says of itself (OpenID Connect Discovery, else RFC 8414); raises ``IssuerError``.

    The description must name the issuer as its tokens do: one that names another describes another.
    """
    try:
        found = await fetch.json(issuer.url.rstrip("/") + _OPENID, issuer.url)
    except IssuerError:
        found = await fetch.json(_inserted(issuer.url, _OAUTH), issuer.url)
    if found.get("issuer") != issuer.url:
        raise IssuerError(f"What is at {issuer.url} describes another issuer.")
    return found


def endpoint_of(metadata: Mapping[str, Any], name: str, issuer: Issuer) -> str:
    """One address out of the description; raises ``IssuerError`` if it is not there."""
    url = metadata.get(name)
    if not isinstance(url, str):
        raise IssuerError(f"{issuer.url} does not say where its {name} is.")
    return url


def _inserted(url: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, path + parts.path.rstrip("/"), "", ""))
