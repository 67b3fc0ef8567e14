"""In charge of asking an issuer: JSON within seconds, from where it may be, or ``IssuerError``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, cast

import httpx

from auth.errors import IssuerError
from auth.issuers import is_safe

SECONDS: Final = 5.0
"""How long an issuer may take to answer."""

_MOST_BYTES: Final = 1_000_000


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
        if not is_safe(url, issuer):
            raise IssuerError(f"{issuer} is to be asked over TLS only.")
        request = self._client.build_request("POST" if form else "GET", url, data=form)
        try:
            async with asyncio.timeout(SECONDS):
                return await self._read(request, login)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, RecursionError) as error:
            reason = str(error) or type(error).__name__
            raise IssuerError(f"The issuer {issuer} cannot be asked now.") from IssuerError(reason)

    async def close(self) -> None:
        """Gives back its connections."""
        await self._client.aclose()

    async def _read(
        self, request: httpx.Request, login: tuple[str, str] | None
    ) -> Mapping[str, Any]:
        response = await self._client.send(request, auth=login, stream=True)
        try:
            content = b""
            async for part in response.aiter_bytes():
                content += part
                if len(content) > _MOST_BYTES:
                    raise ValueError(f"{request.url} answers more than {_MOST_BYTES} bytes")
        finally:
            await response.aclose()
        read = json.loads(content) if response.is_success else None
        if not isinstance(read, dict):
            said = f"{request.url} answers {response.status_code} and no JSON object"
            raise ValueError(said)  # noqa: TRY004 (no mistake of ours)
        return cast("Mapping[str, Any]", read)
