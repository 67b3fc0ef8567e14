"""In charge of refresh tokens that nobody will use any more: the issuer is to forget them.

Nobody waits for that: whoever signs out is signed out, whether or not his issuer can be told.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Final

from auth.client import Client
from auth.errors import IssuerError
from auth.fetch import SECONDS
from telemetry import logger

MOST: Final = 100
"""Tokens on their way at once; those beyond are not told of, and end by themselves."""

_log = logger("auth")


class Revoking:
    """Has one client's issuer forget tokens."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, refresh_token: str | None) -> None:
        """Tells the issuer, soon, and once."""
        if refresh_token is None:
            return
        if len(self._under_way) >= MOST:
            _log.warning("refresh_token_not_revoked", reason="too many are on their way")
            return
        task = asyncio.create_task(self._told(refresh_token), context=Context())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Waits for those that are on their way."""
        await asyncio.gather(*self._under_way)

    async def _told(self, refresh_token: str) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await self._client.revoked(refresh_token)
        except (IssuerError, TimeoutError) as error:
            reason = str(error.__cause__ or error) or "it takes too long"
            _log.warning("refresh_token_not_revoked", reason=reason[:500])
