"""In charge of new tokens for sessions: in time, and by one process, whoever asks for them.

A refresh token is good for once: shown twice, a careful issuer takes the whole session for stolen.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from contextvars import Context
from dataclasses import replace
from typing import Final

from auth.accepting import Accepting
from auth.client import Client, Tokens
from auth.errors import IssuerError, LoginError, SessionError
from auth.revoking import Revoking
from auth.sessions import Session
from auth.vault import Vault
from telemetry import logger

CLAIM_SECONDS: Final = 30.0
"""For so long a process that died keeps the others from renewing the session."""

WAIT_SECONDS: Final = 10.0
"""How long a request waits at most for what another process does."""

COOL_DOWN: Final = 5.0
"""For so long after an issuer was away it is not asked again by this process."""

_LOOK_SECONDS: Final = 0.05
_log = logger("auth")


class Renewing:
    """Renews the sessions of one client, each by one process at a time."""

    def __init__(
        self,
        client: Client,
        accepting: Accepting,
        vault: Vault,
        revoking: Revoking,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._accepting = accepting
        self._vault = vault
        self._revoking = revoking
        self._clock = clock
        self._under_way: dict[str, asyncio.Task[Session]] = {}
        self._away_until = float("-inf")

    async def fresh(self, secret: str, session: Session) -> Session:
        """The session with tokens that hold.

        Nobody waits for new ones while the old ones hold. Raises ``SessionError`` if the issuer
        refuses new ones, ``IssuerError`` if it is away and the old ones are dead.
        """
        now = self._clock()
        if session.due is None or now < session.due:
            return session
        if now < session.dead:
            if now >= self._away_until:
                self._begun(secret, session)
            return session
        return await asyncio.shield(self._begun(secret, session))

    async def close(self) -> None:
        """Waits for what is under way: tokens that were asked for are not to be lost."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _begun(self, secret: str, session: Session) -> asyncio.Task[Session]:
        task = self._under_way.get(secret)
        if task is None:
            work = self._renewed_once(secret, session)
            task = self._under_way[secret] = asyncio.create_task(work, context=Context())
            task.add_done_callback(lambda task: self._ended(secret, task))
        return task

    def _ended(self, secret: str, task: asyncio.Task[Session]) -> None:
        del self._under_way[secret]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.warning("session_not_renewed", reason=str(error.__cause__ or error)[:500])

    async def _renewed_once(self, secret: str, session: Session) -> Session:
        holder, patience = secrets.token_hex(16), time.monotonic() + WAIT_SECONDS
        while not await self._vault.claim(secret, holder, CLAIM_SECONDS):
            await asyncio.sleep(_LOOK_SECONDS)
            found = await self._found(secret)
            if found.turn != session.turn:
                return found
            if time.monotonic() > patience:
                raise IssuerError("New tokens for this session take too long.")
        try:
            found = await self._found(secret)
            if found.turn != session.turn:  # by another, since we looked
                return found
            return await self._renewed(secret, found)
        except LoginError as error:
            await self._vault.end(secret)
            raise over() from error
        finally:
            await self._vault.release(secret, holder)

    async def _renewed(self, secret: str, session: Session) -> Session:
        assert session.refresh_token is not None  # noqa: S101 (or nothing would be due)
        tokens = await self._asked(session.refresh_token)
        refresh = tokens.refresh or session.refresh_token
        session = replace(session, refresh_token=refresh, turn=session.turn + 1)
        try:
            session = await self._accepting.renewed(session, tokens)
        finally:
            # Even if they could not be checked now: the old refresh token is spent.
            kept = await self._vault.renew(secret, session)
        if not kept:
            self._revoking.begin(refresh)
            raise over()
        return session

    async def _asked(self, refresh_token: str) -> Tokens:
        if self._clock() < self._away_until:
            raise IssuerError("The issuer was away a moment ago.")
        try:
            return await self._client.refreshed(refresh_token)
        except IssuerError:
            self._away_until = self._clock() + COOL_DOWN
            raise

    async def _found(self, secret: str) -> Session:
        session = await self._vault.find(secret)
        if session is None:
            raise over()
        return session


def over() -> SessionError:
    """What is told of a session that is none any longer."""
    return SessionError(
        "The session is over.",
        hint="Sign in again at /auth/login; to go on as nobody, POST to /auth/logout.",
    )
