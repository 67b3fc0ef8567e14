"""In charge of an issuer's keys over time: fetched once for all who wait, kept while it is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import Context
from dataclasses import replace
from typing import Final

from auth.compact import Compact
from auth.discovery import endpoint_of, metadata_of
from auth.errors import IssuerError, TokenError
from auth.fetch import Fetch
from auth.issuers import Issuer
from auth.keys import KeySet, KeySetError, VerifyingKey, keys_in
from catalog.ending import ended
from telemetry import logger

FRESH_SECONDS: Final = 300.0
"""After so long keys are fetched again, behind the back of those who use the old ones."""

COOL_DOWN: Final = 30.0
"""For so long after a fetch nobody's unknown key causes another."""

_RETRY: Final = 1.0
_log = logger("auth")


class Keyring:
    """The keys of one issuer.

    ``now`` tells seconds that only grow. Fetching is one at a time, whoever waits for it. While the
    issuer is away the keys that it had stay in use; while its set is one that nobody should trust
    it has none.
    """

    def __init__(
        self, issuer: Issuer, fetch: Fetch, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._now = now
        self._keys: KeySet | None = None
        self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def verified(self, compact: Compact, algorithm: str) -> VerifyingKey:
        """The key that signed the token.

        Raises ``TokenError`` if none of the issuer's did, ``IssuerError`` if its keys were never
        heard of.
        """
        name = compact.header.get("kid")
        key = (await self._known()).named(name)
        if key is None and self._may_ask(COOL_DOWN):
            key = (await self._asked()).named(name)
        if key is None:
            raise TokenError("The token is signed by a key that its issuer does not publish.")
        if algorithm not in key.algorithms:
            raise TokenError("The token's algorithm is not its key's.")
        key.verify(compact, algorithm)
        return key

    def holds(self, key: VerifyingKey) -> bool:
        """Whether the issuer still publishes it."""
        if self._now() - self._tried > FRESH_SECONDS:
            self._begun()
        # Keys are equal to none but themselves.
        return self._keys is not None and key in self._keys.keys

    async def warm(self) -> None:
        """Has the keys fetched, if that can be; who gives up waiting does not stop it."""
        await asyncio.shield(self._begun())

    async def close(self) -> None:
        """Stops whatever is under way."""
        if self._fetching:
            await ended([self._fetching])

    async def _known(self) -> KeySet:
        if self._keys is None:
            if not self._may_ask(_RETRY):
                raise self._away()
            return await self._asked()
        self._keep_fresh()
        return self._keys

    def _keep_fresh(self) -> None:
        if self._now() - self._tried > FRESH_SECONDS:
            self._begun()

    def _may_ask(self, cool_down: float) -> bool:
        return self._fetching is not None or self._now() - self._tried >= cool_down

    async def _asked(self) -> KeySet:
        # Whoever began it may go away; the others wait on.
        await asyncio.shield(self._begun())
        if self._keys is None:
            raise self._away()
        return self._keys

    def _away(self) -> IssuerError:
        return IssuerError(f"The issuer {self._issuer.url} cannot be asked now.")

    def _begun(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._tried = self._now()
            self._fetching = asyncio.create_task(self._refresh(), context=Context())
            self._fetching.add_done_callback(self._ended)
        return self._fetching

    def _ended(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _refresh(self) -> None:
        try:
            self._keys = _kept(self._keys, keys_in(await self._published()))
        except IssuerError as error:
            reason = str(error.__cause__ or error)
            _log.error("keys_not_fetched", issuer=self._issuer.url, reason=reason[:500])
        except KeySetError as error:
            # Who can sign as the issuer is not known any more, also by the keys that it had.
            self._keys = KeySet((), 0)
            _log.error("keys_refused", issuer=self._issuer.url, reason=str(error))

    async def _published(self) -> object:
        url = self._issuer.keys_url
        if url is None:
            metadata = await metadata_of(self._issuer, self._fetch)
            url = endpoint_of(metadata, "jwks_uri", self._issuer)
        return await self._fetch.json(url, self._issuer.url)


def _kept(old: KeySet | None, new: KeySet) -> KeySet:
    """The new ones; one that was there before stays itself, so that tokens it signed are known."""
    before = {_mark(key): key for key in old.keys} if old else {}
    return replace(new, keys=[before.get(_mark(key), key) for key in new.keys])


def _mark(key: VerifyingKey) -> object:
    return key.id, key.algorithms, key.key.thumbprint()
