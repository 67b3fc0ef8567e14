"""In charge of what becomes of an issuer's tokens: checked, they are a session.

Who asks is told by the access token if it is one for us, by the rules of any bearer's; else by the
ID token, which grants no scopes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from auth.authenticator import Authenticator
from auth.claims import named
from auth.client import Tokens
from auth.errors import LoginError, TokenError
from auth.identity import check_identity, of_id_tokens, sid_of
from auth.issuers import Login
from auth.principal import Principal
from auth.sessions import Session, timed
from telemetry import logger

_log = logger("auth")


class Accepting:
    """Takes tokens of one issuer, as its client."""

    def __init__(
        self,
        login: Login,
        authenticator: Authenticator,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = of_id_tokens(login.issuer, login.client_id)
        self._authenticator = authenticator
        self._clock = clock

    async def session(self, tokens: Tokens, nonce: str, lasts: float) -> Session:
        """A new one; raises ``LoginError`` or ``IssuerError``."""
        if tokens.identity is None:
            raise LoginError("The issuer sends no ID token.", hint="Ask for the scope openid.")
        now = self._clock()
        claims = await self._identity(tokens.identity, nonce, tokens.access)
        session = Session(
            subject=claims["sub"],
            sid=sid_of(claims),
            id_token=tokens.identity,
            claims=claims,
            access_token=None,
            refresh_token=tokens.refresh,
            due=None,
            dead=now + lasts,
            ends=now + lasts,
        )
        return await self._with_access(session, tokens)

    async def renewed(self, session: Session, tokens: Tokens) -> Session:
        """The same with new tokens; raises ``LoginError`` or ``IssuerError``."""
        if tokens.identity is not None:
            claims = await self._identity(tokens.identity, None, tokens.access)
            if claims["sub"] != session.subject:
                raise LoginError("The new tokens are somebody else's.")
            sid = sid_of(claims) or session.sid
            session = replace(session, id_token=tokens.identity, claims=claims, sid=sid)
        return await self._with_access(session, tokens)

    async def principal(self, session: Session) -> Principal:
        """Who is signed in; raises ``TokenError`` if the access token is no good any longer."""
        if session.access_token is None:
            return named(session.claims, self._issuer)
        return (await self._authenticator.known(session.access_token)).principal

    async def _identity(self, token: str, nonce: str | None, access: str) -> Mapping[str, Any]:
        try:
            compact = await self._authenticator.signed(token, self._issuer)
            return check_identity(
                compact, self._issuer, self._clock(), nonce=nonce, access_token=access
            )
        except TokenError as error:
            raise LoginError(f"The issuer's ID token is not taken. {error.message}") from error

    async def _with_access(self, session: Session, tokens: Tokens) -> Session:
        now = self._clock()
        dies = None if tokens.seconds is None else now + tokens.seconds
        try:
            known = await self._authenticator.known(tokens.access)
        except TokenError as error:
            _log.info("signed_in_by_id_token", reason=error.message)
            return timed(replace(session, access_token=None), now, dies)
        if known.bound_to is not None:
            raise LoginError("The access token is bound to a key that was never asked for.")
        if known.principal.subject != session.subject:
            raise LoginError("The access token and the ID token are of different people.")
        dies = min(known.until, known.until if dies is None else dies)
        return timed(replace(session, access_token=tokens.access), now, dies)
