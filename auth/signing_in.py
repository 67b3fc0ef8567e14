"""In charge of what signing in by browser is to the edge; light, since it is always loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from auth.principal import Principal


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that was begun."""

    url: str
    """Where the browser goes on."""
    browser: str
    """The secret that the browser is to bring back."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A login that succeeded."""

    session: str
    """The secret by which the browser is known from now on."""
    return_to: str


class SignsIn(Protocol):
    """Signs browsers in and out. Besides what is said, each raises what its store does."""

    async def begin(self, origin: str, return_to: str, browser: str | None) -> Begun:
        """A login on its way to the issuer, which comes back to this origin.

        Raises ``IssuerError``.
        """
        ...

    async def finish(
        self, answer: Mapping[str, str], browser: str | None, session: str | None
    ) -> SignedIn:
        """A new session in place of the browser's old one, by what came back from the issuer.

        Raises ``LoginError`` or ``IssuerError``.
        """
        ...

    async def principal(self, session: str) -> Principal:
        """Who is signed in; raises ``SessionError``, or ``IssuerError``."""
        ...

    async def described(self, session: str) -> Mapping[str, Any]:
        """What a page may know of who is signed in; raises as ``principal`` does."""
        ...

    async def alive(self, sessions: set[str]) -> set[str]:
        """Those of these sessions that have not ended; none is used by being asked for."""
        ...

    async def log_out(self, session: str | None, back_to: str) -> str:
        """Ends the session here; where the browser goes to end the issuer's as well."""
        ...

    async def ended_by_issuer(self, logout_token: str) -> None:
        """Ends the sessions that the issuer says; raises ``TokenError`` or ``IssuerError``."""
        ...

    async def close(self) -> None:
        """Gives back every connection."""
        ...
