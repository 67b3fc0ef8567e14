"""In charge of finding out who asks: from what a request shows to one ``Principal``.

shown → scheme and token → known before? else signed or asked for → bound? proof → principal
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from auth.claims import check_header, principal_of
from auth.compact import MOST_CHARACTERS, Compact, compact_of, is_compact
from auth.dpop import Replays, bound_to, check_proof
from auth.errors import TokenError
from auth.fetch import Fetch
from auth.introspection import Introspection
from auth.issuers import Issuer
from auth.keyring import Keyring
from auth.known import Known, Memory
from auth.principal import Principal
from auth.shown import Authenticates, Shown, Vouched

_CREDENTIALS: Final = re.compile(
    r"(?P<scheme>[A-Za-z]+) +(?P<token>[A-Za-z0-9\-._~+/]+=*)", re.ASCII
)
_TWICE: Final = "The request has several of what it may have one of: credentials, or proofs."


class Authenticator(Authenticates):
    """Believes these issuers. ``clock`` tells seconds since 1970."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        replays: Replays,
        *,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.fetch = fetch or Fetch()
        self._issuers = {issuer.url: issuer for issuer in issuers}
        self._keyrings = {issuer.url: Keyring(issuer, self.fetch) for issuer in issuers}
        asked = ((each, each.client) for each in issuers)
        self._introspections = [
            Introspection(issuer, client, self.fetch) for issuer, client in asked if client
        ]
        self._replays = replays
        self._clock = clock
        self._memory = Memory()

    def recalled(self, authorization: bytes) -> Principal | None:
        """Who showed this `Authorization` before, if it is good still and needs no proof."""
        known = self._memory.find(authorization, self._clock())
        return known.principal if known is not None and known.bound_to is None else None

    async def vouched(self, shown: Shown) -> Vouched:
        """Who asks; raises ``TokenError``, or ``IssuerError`` if that cannot be found out now.

        That holds until the token expires, or its key is withdrawn.
        """
        scheme, token = _credentials(shown)
        known = await self.known(token)
        if known.bound_to is not None or scheme == "dpop":
            await self._check_proof(shown, scheme, token, known)
        return Vouched(known.principal, partial(self._holds, known))

    async def known(self, token: str) -> Known:
        """What an access token says; raises ``TokenError`` or ``IssuerError``.

        Whether its bearer must prove to be its owner is for the caller to look at.
        """
        now, authorization = self._clock(), b"Bearer " + token.encode()
        known = self._memory.find(authorization, now)
        if known is None:
            known = await self._found(token, now)
            self._memory.keep(authorization, known)
        return known

    async def signed(self, token: str, issuer: Issuer) -> Compact:
        """A token in its parts, which this issuer signed: one of those that are believed.

        Raises ``TokenError`` or ``IssuerError``. What the token claims is not looked at.
        """
        compact = compact_of(token)
        algorithm = check_header(compact.header, issuer)
        await self._keyrings[issuer.url].verified(compact, algorithm)
        return compact

    async def warm(self) -> None:
        """Has all keys fetched before anybody shows a token, with what is loaded for that.

        Raises nothing if an issuer is away: then it is asked again by the first token.
        """
        await asyncio.gather(*(keyring.warm() for keyring in self._keyrings.values()))

    async def close(self) -> None:
        """Gives back every connection."""
        parts = (*self._keyrings.values(), *self._introspections, self.fetch)
        await asyncio.gather(*(part.close() for part in parts))

    def _holds(self, known: Known) -> bool:
        return self._clock() < known.until and known.holds()

    async def _found(self, token: str, now: float) -> Known:
        if is_compact(token):
            return await self._verified(token, now)
        if self._introspections:
            return await self._introspections[0].known(token, now)
        raise TokenError("The token is no signed JSON web token.")

    async def _verified(self, token: str, now: float) -> Known:
        compact = compact_of(token)
        named = compact.claims.get("iss")
        issuer = self._issuers.get(named) if isinstance(named, str) else None
        if issuer is None:
            raise TokenError("The token is of an issuer that is not believed here.")
        algorithm = check_header(compact.header, issuer)
        keyring = self._keyrings[issuer.url]
        key = await keyring.verified(compact, algorithm)
        principal, until = principal_of(compact.claims, issuer, now)
        return Known(principal, until, bound_to(compact.claims), partial(keyring.holds, key))

    async def _check_proof(self, shown: Shown, scheme: str, token: str, known: Known) -> None:
        if known.bound_to is None:
            raise TokenError("The token is not bound to a key; it is to be sent as Bearer.")
        if scheme != "dpop" or not shown.proofs:
            raise TokenError(
                "The token is bound to a key, and nothing proves that the sender has it.",
                hint="Send it as `Authorization: DPoP …` with a `DPoP` header (RFC 9449).",
            )
        await check_proof(shown, token, known.bound_to, self._clock(), self._replays)


def _credentials(shown: Shown) -> tuple[str, str]:
    if len(shown.authorization) != 1 or len(shown.proofs) > 1:
        raise TokenError(_TWICE, error="invalid_request")
    text = shown.authorization[0]
    found = _CREDENTIALS.fullmatch(text) if len(text) <= MOST_CHARACTERS + 20 else None
    if found is None or found["scheme"].lower() not in {"bearer", "dpop"}:
        raise TokenError(
            "The Authorization header cannot be honoured.",
            hint="It is to be `Bearer`, or `DPoP`, and an access token.",
        )
    return found["scheme"].lower(), found["token"]
