"""In charge of asking an issuer: JSON within seconds, from where it may be, or ``IssuerError``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import httpx

from auth.errors import IssuerError
from auth.issuers import is_safe

SECONDS: Final = 5.0
"""How long an issuer may take to answer."""

_MOST_BYTES: Final = 1_000_000
_REFUSALS: Final = {400, 401}
"""How OAuth says no (RFC 6749, 5.2); any other failure is no answer at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an issuer says, and whether it does what it was asked."""

    good: bool
    content: Mapping[str, Any]


class Fetch:
    """Asks issuers over HTTP. Follows no redirect: an address is what the issuer said it is."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=SECONDS, headers={"accept": "application/json"})

    async def json(
        self,
        url: str,
        issuer: str,
        *,
        form: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """The object at this URL, asked by POST if there is a form; raises ``IssuerError``."""
        asked = {"method": "POST" if form else "GET", "url": url, "data": form}
        return (await self._answer(asked, issuer, login, refusals=False)).content

    async def posted(self, issuer: str, url: str, headers: Mapping[str, str], form: str) -> Answer:
        """What is said to a form that is written already, be it a refusal.

        Raises ``IssuerError`` if nothing is said that can be read.
        """
        asked = {"method": "POST", "url": url, "content": form.encode(), "headers": headers}
        return await self._answer(asked, issuer, None, refusals=True)

    async def told(self, issuer: str, url: str, headers: Mapping[str, str], form: str) -> None:
        """Posts such a form where nothing is said to it; raises ``IssuerError`` for a refusal."""
        asked = {"method": "POST", "url": url, "content": form.encode(), "headers": headers}
        with _asking(issuer, url):
            response, _ = await self._heard(asked, None)
            if not response.is_success:
                raise ValueError(f"{url} answers {response.status_code}")

    async def close(self) -> None:
        """Gives back its connections."""
        await self._client.aclose()

    async def _answer(
        self, asked: dict[str, Any], issuer: str, login: tuple[str, str] | None, *, refusals: bool
    ) -> Answer:
        with _asking(issuer, asked["url"]):
            response, content = await self._heard(asked, login)
            told = response.is_success or (refusals and response.status_code in _REFUSALS)
            read = json.loads(content) if told else None
            if not isinstance(read, dict):
                said = f"{response.url} answers {response.status_code} and no JSON object"
                raise ValueError(said)  # noqa: TRY004 (no mistake of ours)
            return Answer(response.is_success, cast("Mapping[str, Any]", read))

    async def _heard(
        self, asked: dict[str, Any], login: tuple[str, str] | None
    ) -> tuple[httpx.Response, bytes]:
        """What comes back, and its content."""
        request = self._client.build_request(**asked)
        async with asyncio.timeout(SECONDS):
            response = await self._client.send(request, auth=login, stream=True)
            try:
                content = b""
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > _MOST_BYTES:
                        raise ValueError(f"{request.url} answers more than {_MOST_BYTES} bytes")
            finally:
                await response.aclose()
        return response, content


@contextmanager
def _asking(issuer: str, url: str) -> Generator[None]:
    """Where an issuer is asked: whatever goes wrong is ``IssuerError``."""
    if not is_safe(url, issuer):
        raise IssuerError(f"{issuer} is to be asked over TLS only.")
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, RecursionError) as error:
        reason = str(error) or type(error).__name__
        raise IssuerError(f"The issuer {issuer} cannot be asked now.") from IssuerError(reason)
