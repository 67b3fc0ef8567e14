"""In charge of proofs of possession (RFC 9449): who shows a bound token must sign every request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

from auth.algorithms import ALGORITHMS
from auth.compact import Compact, compact_of, text_of
from auth.errors import TokenError
from auth.keys import VerifyingKey, is_secret, key_of
from auth.shown import Shown

WINDOW: Final = 60.0
"""Seconds that a proof is good for, before and after the moment that it says."""

_MOST_ID: Final = 200
_TAKEN: Final = ["alg", "jwk", "typ"]


class Replays(Protocol):
    """Remembers which proofs were shown, in all processes."""

    async def first(self, name: str, seconds: float) -> bool:
        """Whether this name is new; from now on, for so many seconds, it is not."""
        ...


def bound_to(claims: Mapping[str, Any]) -> str | None:
    """The thumbprint of the key that a token is bound to, none if it is not bound.

    Raises ``TokenError`` for a token that is bound in another way: without the proof it is no
    bearer's.
    """
    bound = claims.get("cnf")
    if bound is None:
        return None
    match bound:
        case {"jkt": str(thumbprint), **others} if not others:
            return thumbprint
        case _:
            raise TokenError("The token is bound to its bearer in a way that is not checked here.")


async def check_proof(
    shown: Shown, token: str, bound_to: str, now: float, replays: Replays
) -> None:
    """Raises ``TokenError`` unless what is shown proves that the sender has the token's key.

    The proof must be of this token, for this request, of this moment, and new.
    """
    try:
        compact = compact_of(shown.proofs[0])
        key, algorithm = _key(compact.header)
        key.verify(compact, algorithm)
    except (TokenError, ValueError) as error:
        raise _wrong(str(error)) from None
    if key.key.thumbprint() != bound_to:
        raise _wrong("it is signed by another key than the token is bound to")
    name = _checked(compact, token, shown, now)
    name = hashlib.sha256(f"{bound_to} {name}".encode()).hexdigest()
    if not await replays.first(name, 2 * WINDOW):
        raise _wrong("it was shown before")


def _key(header: Mapping[str, Any]) -> tuple[VerifyingKey, str]:
    if header.get("typ") != "dpop+jwt" or sorted(header) != _TAKEN:
        raise ValueError("its header is not typ dpop+jwt, alg and jwk")
    algorithm, jwk = header["alg"], header["jwk"]
    if str(algorithm) not in ALGORITHMS or not isinstance(jwk, dict):
        raise ValueError("its algorithm is not taken, or its jwk is no key")
    if is_secret(cast("Mapping[str, Any]", jwk)):
        raise ValueError("its jwk is a secret key")
    key = key_of(cast("Mapping[str, Any]", jwk))
    if algorithm not in key.algorithms:
        raise ValueError("its algorithm is not its key's")
    return key, algorithm


def _checked(compact: Compact, token: str, shown: Shown, now: float) -> str:
    """The name that the proof goes by."""
    claims = compact.claims
    issued, name = claims.get("iat"), claims.get("jti")
    if claims.get("htm") != shown.method:
        raise _wrong("it is for another method")
    if _place(claims.get("htu")) != _place(shown.url):
        raise _wrong("it is for another address")
    if claims.get("ath") != text_of(hashlib.sha256(token.encode()).digest()):
        raise _wrong("it is for another token")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise _wrong("it does not say of which moment it is")
    if not now - WINDOW < issued < now + WINDOW:
        raise _wrong("it is not of this moment")
    if not isinstance(name, str) or not 0 < len(name) <= _MOST_ID:
        raise _wrong("it has no jti")
    return name


def _place(url: object) -> tuple[str, str, int | None, str] | None:
    """What counts of an address: neither query nor fragment, nor how host and port are spelt."""
    try:
        parts = urlsplit(cast("str", url))
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        return parts.scheme, parts.hostname or "", port, parts.path or "/"
    except (ValueError, AttributeError, TypeError):
        return None


def _wrong(reason: str) -> TokenError:
    return TokenError(
        f"The DPoP proof is not taken: {reason.rstrip('.')}.", error="invalid_dpop_proof"
    )
