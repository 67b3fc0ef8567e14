"""In charge of signing browsers in and out, as a backend for their pages: no token leaves here.

begin → the issuer → finish → a session, kept by the hash of its cookie → renewed in time → ended
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from auth.accepting import Accepting
from auth.authenticator import Authenticator
from auth.client import Client
from auth.dpop import Replays
from auth.errors import IssuerError, TokenError
from auth.identity import ended_by, of_logout_tokens
from auth.issuers import Login
from auth.login import begun, code_in, new_secret
from auth.principal import Principal
from auth.renewing import Renewing, over
from auth.revoking import Revoking
from auth.sessions import Lifetimes, Session, Store, group_of_sid, group_of_subject, is_id
from auth.signing_in import Begun, SignedIn, SignsIn
from auth.vault import Vault
from telemetry import logger

CALLBACK = "/auth/callback"
_log = logger("auth")


class Browsers(SignsIn):
    """Signs browsers in with one issuer. ``clock`` tells seconds since 1970."""

    def __init__(
        self,
        login: Login,
        authenticator: Authenticator,
        store: Store,
        replays: Replays,
        lifetimes: Lifetimes,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = login.issuer.url
        self._logout_tokens = of_logout_tokens(login.issuer, login.client_id)
        self._authenticator = authenticator
        self._store = store
        self._vault = Vault(store, lifetimes, clock)
        self._replays = replays
        self._lifetimes = lifetimes
        self._clock = clock
        self._client = Client(login, authenticator.fetch)
        self._revoking = Revoking(self._client)
        self._accepting = Accepting(login, authenticator, clock)
        self._renewing = Renewing(self._client, self._accepting, self._vault, self._revoking, clock)

    async def begin(self, origin: str, return_to: str, browser: str | None) -> Begun:
        """Remembers the login here, so that its secrets stay here."""
        browser = browser if browser and is_id(browser) else new_secret()
        state, transaction = new_secret(), begun(return_to, origin + CALLBACK)
        url = await self._client.address(state, transaction)
        await self._vault.keep(state, browser, transaction)
        return Begun(url, browser)

    async def finish(
        self, answer: Mapping[str, str], browser: str | None, session: str | None
    ) -> SignedIn:
        """Each login comes back once, to the browser that began it."""
        transaction = await self._vault.resume(answer.get("state", ""), browser)
        metadata = await self._client.described.metadata()
        code = code_in(answer, self._issuer, metadata)
        tokens = await self._client.exchanged(code, transaction)
        made = await self._accepting.session(tokens, transaction.nonce, self._lifetimes.whole)
        if session and is_id(session):
            await self._vault.end(session)
        return SignedIn(await self._vault.begin(made), transaction.return_to)

    async def principal(self, session: str) -> Principal:
        """As the access token says, or the ID token."""
        return (await self._who(session))[0]

    async def described(self, session: str) -> Mapping[str, Any]:
        """Names and rights, and no token."""
        principal, found = await self._who(session)
        names = (found.claims.get(each) for each in ("name", "preferred_username", "email"))
        return {
            "issuer": principal.issuer,
            "subject": principal.subject,
            "name": next((name for name in names if isinstance(name, str) and name), found.subject),
            "roles": sorted(principal.roles),
            "scopes": sorted(principal.scopes),
            "ends": int(found.ends),
        }

    async def alive(self, sessions: set[str]) -> set[str]:
        """Those that are kept still."""
        return await self._vault.alive(sessions)

    async def log_out(self, session: str | None, back_to: str) -> str:
        """It is over here even if its issuer is away."""
        found = await self._vault.find(session) if session else None
        if session is None or found is None:
            return back_to
        await self._vault.end(session)
        self._revoking.begin(found.refresh_token)
        try:
            return await self._client.farewell(found.id_token, back_to) or back_to
        except IssuerError as error:
            _log.warning("issuer_not_told_of_logout", reason=str(error.__cause__ or error)[:500])
            return back_to

    async def ended_by_issuer(self, logout_token: str) -> None:
        """By its ``sid`` one session, else all of somebody; a token is good for once."""
        compact = await self._authenticator.signed(logout_token, self._logout_tokens)
        now = self._clock()
        ended = ended_by(compact, self._logout_tokens, now)
        mark = hashlib.sha256(f"{self._issuer} {ended.name}".encode()).hexdigest()
        if not await self._replays.first(mark, ended.until - now):
            raise TokenError("The logout token was shown before.")
        group = group_of_sid(ended.sid) if ended.sid else group_of_subject(ended.subject or "")
        names = await self._store.found(group)
        await self._store.end(*names)
        _log.info("sessions_ended_by_issuer", sessions=len(names))

    async def close(self) -> None:
        """Tokens that are on their way are kept first."""
        await self._renewing.close()
        await self._revoking.close()
        await self._store.close()

    async def _who(self, secret: str) -> tuple[Principal, Session]:
        session = await self._vault.find(secret)
        if session is None:
            raise over()
        session = await self._renewing.fresh(secret, session)
        try:
            return await self._accepting.principal(session), session
        except TokenError as error:
            if session.refresh_token is None:
                raise over() from error
        # Its key was withdrawn before its time, as it seems: that ends the token, not the session.
        session = await self._renewing.fresh(secret, replace(session, due=0.0, dead=0.0))
        return await self._accepting.principal(session), session
