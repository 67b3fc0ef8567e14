"""In charge of what was found out about a token, kept while it holds: by hash, and not too much.

Every request with a token comes along here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from auth.principal import Principal

MOST_KNOWN: Final = 10_000
"""Tokens remembered at once; beyond, those forgotten first are those that came first."""


LOOK_SECONDS: Final = 0.5
"""For how long nobody looks again whether an issuer still publishes the key of a token."""


def always() -> bool:
    """What holds until its time is over."""
    return True


@dataclass(frozen=True, slots=True)
class Known:
    """Whose token it is, and for how long that is so."""

    principal: Principal
    until: float
    """Seconds since 1970."""
    bound_to: str | None
    """The thumbprint of the key that its bearer must show to hold (RFC 9449), if it is bound."""
    holds: Callable[[], bool] = always
    """Whether the issuer still stands by it."""


class Memory:
    """What is known of tokens, by the `Authorization` that shows them as a bearer's.

    Holds no token: a look at its memory gives none away. Whether an issuer still stands by what is
    known is asked once in ``LOOK_SECONDS``.
    """

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._known: dict[bytes, tuple[float, Known]] = {}

    def find(self, authorization: bytes, now: float) -> Known | None:
        """What is known of its token, if it still is so."""
        found = self._known.get(digest := blake2b(authorization).digest())
        if found is None:
            return None
        due, known = found
        if now < due:
            return known
        if now >= known.until or not known.holds():
            del self._known[digest]
            return None
        self._known[digest] = min(known.until, now + LOOK_SECONDS), known
        return known

    def keep(self, authorization: bytes, known: Known) -> None:
        """Remembers it."""
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[blake2b(authorization).digest()] = 0.0, known


def digest_of(token: bytes) -> bytes:
    """What a token, or another name that nobody is to learn, is kept by."""
    return blake2b(token, digest_size=32).digest()
