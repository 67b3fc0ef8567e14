"""In charge of logins and sessions where they are kept: sealed, by what browsers alone know.

So who reads the store has nobody's tokens, and cannot be anybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from auth.errors import LoginError
from auth.login import AGAIN, SECONDS, Transaction, new_secret, transaction_in
from auth.sealing import opened, sealed
from auth.sessions import Lifetimes, Session, Store, is_id, name_of, session_in


class Vault:
    """Keeps them in a store. Besides what is said, each raises what that does."""

    def __init__(
        self, store: Store, lifetimes: Lifetimes, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._lifetimes = lifetimes
        self._clock = clock

    async def keep(self, state: str, browser: str, login: Transaction) -> None:
        """A login on its way, which the browser of this secret began."""
        await self._store.keep(name_of(state), sealed(login.json(), browser), SECONDS)

    async def resume(self, state: str, browser: str | None) -> Transaction:
        """The login, once; raises ``LoginError`` unless this very browser began it, lately.

        Whoever lures another into a login of his own fails here: it is not for the other to open.
        """
        kept = await self._store.take(name_of(state))
        if kept is None:
            raise LoginError("This login is over, or was none.", hint=AGAIN)
        content = opened(kept, browser) if browser else None
        if content is None:
            raise LoginError("This login was begun in another browser.", hint=AGAIN)
        return transaction_in(content)

    async def begin(self, session: Session) -> str:
        """The secret of a session that begins now."""
        secret = new_secret()
        content = sealed(session.json(), secret)
        await self._store.begin(name_of(secret), content, self._lifetimes, session.groups)
        return secret

    async def find(self, secret: str) -> Session | None:
        """The session, which from now on may be idle for a while again; None if it is over.

        It lasts no longer for being asked for: at its end nothing of it is kept.
        """
        if not is_id(secret):
            return None
        kept = await self._store.read(name_of(secret), self._lifetimes.idle)
        if kept is None:
            return None
        content = opened(kept, secret)
        session = None if content is None else session_in(content)
        left = 0.0 if session is None else session.ends - self._clock()
        if left <= 0:
            await self._store.end(name_of(secret))
            return None
        if left < self._lifetimes.idle:
            await self._store.shorten(name_of(secret), left)
        return session

    async def alive(self, secrets: set[str]) -> set[str]:
        """Those of these whose session is there, by no more than its name."""
        named = {name_of(secret): secret for secret in secrets}
        return {named[name] for name in await self._store.there([*named])}

    async def renew(self, secret: str, session: Session) -> bool:
        """Puts it in place of what is there; False, and nothing done, if the session has ended."""
        content = sealed(session.json(), secret)
        return await self._store.renew(name_of(secret), content, self._lifetimes, session.groups)

    async def end(self, secret: str) -> None:
        """It is gone, for all processes."""
        await self._store.end(name_of(secret))

    async def claim(self, secret: str, holder: str, seconds: float) -> bool:
        """Whether this holder, and so nobody else, may renew the session, for so long."""
        return await self._store.claim(name_of(secret), holder, seconds)

    async def release(self, secret: str, holder: str) -> None:
        """Others may, if this holder still could."""
        await self._store.release(name_of(secret), holder)
