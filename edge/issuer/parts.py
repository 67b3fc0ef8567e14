"""In charge of what the issuer's endpoints share: keys, clients, and what was taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from auth.errors import TokenError
from datasources.redis import Replays
from edge.issuer.clients import Client, clients_of, origins_of
from edge.issuer.errors import OAuthError
from edge.issuer.grants import SESSION_SECONDS, new_name
from edge.issuer.keys import KeyFile
from edge.issuer.own import OwnIssuer
from edge.issuer.sealed import opened, sealed
from edge.issuer.tokens import Tokens

Kind = Literal["code", "refresh_token"]


@dataclass(frozen=True)
class Taken:
    """What was sealed by us and came back to us."""

    name: str
    """What it is remembered by, so that it is taken once only."""
    until: float
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Parts:
    """The issuer, opened up. ``clock`` tells seconds since 1970."""

    own: OwnIssuer
    replays: Replays
    clock: Callable[[], float] = time.time

    @cached_property
    def clients(self) -> Mapping[str, Client]:
        """By their ids."""
        return clients_of(self.own.origin)

    @cached_property
    def origins(self) -> frozenset[str]:
        """Where its own pages may be."""
        return origins_of(self.own.origin)

    @cached_property
    def keys(self) -> KeyFile:
        """What it signs by."""
        return KeyFile(self.own.folder, self.clock)

    @cached_property
    def tokens(self) -> Tokens:
        """What it signs."""
        return Tokens(self.own.url, self.own.audience, self.keys)

    def sealed(self, kind: Kind, content: Mapping[str, Any], until: float) -> str:
        """A text that can be taken back once, until a moment."""
        whole = {"name": new_name(), "until": until, "content": content}
        return sealed(self.keys.keys().seal, kind, whole)

    def opened(self, kind: Kind, text: str) -> Taken:
        """What such a text holds; raises ``OAuthError`` if it is none of ours, or too old."""
        try:
            taken = Taken(**opened(self.keys.keys().seal, kind, text))
        except TokenError as error:
            raise OAuthError("invalid_grant", error.message) from None
        if taken.until <= self.clock():
            raise OAuthError("invalid_grant", f"The {kind} has expired.")
        return taken

    async def take(self, taken: Taken, session: str) -> None:
        """Takes it; raises ``OAuthError`` if it was taken before, and then ends the session.

        Whoever comes second may be a thief, or come after one.
        """
        seconds = max(1.0, taken.until - self.clock())
        if not await self.replays.first(f"issuer {taken.name}", seconds):
            await self.end(session)
            raise OAuthError(
                "invalid_grant", "It was used before, so nothing of it holds any more."
            )

    async def end(self, session: str) -> None:
        """From now on nothing of this sign-in can be refreshed."""
        await self.replays.first(f"issuer ended {session}", SESSION_SECONDS)

    async def ended(self, session: str) -> bool:
        """Whether it was."""
        return await self.replays.shown(f"issuer ended {session}")
