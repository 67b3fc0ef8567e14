"""In charge of which keys may sign: a JSON web key set, read with a policy of our own.

The library that does the arithmetic takes short RSA keys, symmetric ones, and sets that mix them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from cryptography.hazmat.backends import default_backend
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from auth.algorithms import CURVES, RSA
from auth.compact import Compact, bytes_of
from auth.errors import IssuerError, TokenError
from telemetry import logger

_KINDS: Final[Mapping[str, type[Key]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_SECRET: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_LEAST_BITS: Final = 2048
_MOST_BITS: Final = 16_384
_LEAST_EXPONENT: Final = 65_537
_MOST_KEYS: Final = 100
_WIDTHS: Final = {"P-256": 32, "P-384": 48, "P-521": 66, "Ed25519": 32}
# Below 168 all primes but 2: keys of a broken generator leave powers of 65537 modulo each.
_PRIMES: Final = tuple(n for n in range(3, 168, 2) if all(n % d for d in range(3, n, 2)))

# Of Ed25519: -x² + y² = 1 + _TWIST x² y², modulo _FIELD.
_FIELD: Final = 2**255 - 19
_TWIST: Final = -121_665 * pow(121_666, -1, _FIELD)

# Is loaded by the first signature of a curve otherwise, in the midst of a request.
default_backend()

_log = logger("auth")


class KeySetError(ValueError):
    """A key set that is not to be trusted as a whole."""


@dataclass(frozen=True, eq=False, slots=True)
class VerifyingKey:
    """A public key, and the algorithms that it may be used with."""

    id: str | None
    algorithms: frozenset[str]
    key: Key

    def verify(self, compact: Compact, algorithm: str) -> None:
        """Raises ``TokenError`` unless the token was signed by this key's owner."""
        if not JWSRegistry.algorithms[algorithm].verify(
            compact.signed, compact.signature, self.key
        ):
            raise TokenError("The token's signature is wrong.")


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys that an issuer's tokens may be signed with."""

    keys: Sequence[VerifyingKey]
    published: int
    """How many there are with those that are not used."""

    def named(self, name: str | None) -> VerifyingKey | None:
        """The key of this name; without one, the key if the issuer has no other."""
        if name is None:
            return self.keys[0] if self.keys and self.published == 1 else None
        return next((key for key in self.keys if key.id == name), None)


def keys_in(jwks: object) -> KeySet:
    """The usable keys of a set.

    Raises ``KeySetError`` for a set that nobody should trust: one that gives secrets away, or has
    one name for two keys, is refused as a whole. Keys that are for something else, or too weak,
    are left out, and the log says so. What is no set at all is ``IssuerError``.
    """
    found = cast("Mapping[str, object]", jwks).get("keys") if isinstance(jwks, dict) else None
    if not isinstance(found, list):
        raise IssuerError("The issuer publishes no list of keys.")
    listed = cast("list[object]", found)[:_MOST_KEYS]
    members = [cast("Mapping[str, Any]", key) for key in listed if isinstance(key, dict)]
    if any(map(is_secret, members)):
        raise KeySetError("it publishes a secret key")
    names = [key["kid"] for key in members if "kid" in key]
    if len(names) != len({str(name) for name in names}):
        raise KeySetError("it has two keys of one kid")
    return KeySet(tuple(_usable(members)), len(listed))


def is_secret(jwk: Mapping[str, Any]) -> bool:
    """Whether it holds what its owner alone should know."""
    return jwk.get("kty") == "oct" or bool(_SECRET & jwk.keys())


def key_of(jwk: Mapping[str, Any]) -> VerifyingKey:
    """A public key to verify with; raises ``ValueError`` for one that is weak, or for other use."""
    kid, use, operations = jwk.get("kid"), jwk.get("use", "sig"), jwk.get("key_ops", ["verify"])
    if not (kid is None or isinstance(kid, str)):
        raise ValueError("its kid is no text")
    if use != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise ValueError("it is not for signatures")
    algorithms = _algorithms_of(jwk)
    if "alg" in jwk:
        algorithms &= {str(jwk["alg"])}
    if not algorithms:
        raise ValueError("its algorithm does not fit it")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            key = _KINDS[jwk["kty"]].import_key({"kty": jwk["kty"], **_numbers(jwk)})
        except (JoseError, Warning, ValueError, TypeError, KeyError) as error:
            raise ValueError(f"it cannot be read ({type(error).__name__})") from error
    return VerifyingKey(kid, frozenset(algorithms), key)


def _usable(keys: Sequence[Mapping[str, Any]]) -> Iterator[VerifyingKey]:
    for key in keys:
        try:
            yield key_of(key)
        except ValueError as error:
            _log.warning("key_ignored", kid=str(key.get("kid"))[:100], reason=str(error)[:200])


def _algorithms_of(jwk: Mapping[str, Any]) -> set[str]:
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind == "RSA":
        _check_rsa(*(int.from_bytes(bytes_of(str(jwk.get(part)))) for part in ("n", "e")))
        return set(RSA)
    found = CURVES.get((str(kind), str(curve)))
    if not found:
        raise ValueError("it is of a kind that is not used here")
    parts = ("x", "y") if kind == "EC" else ("x",)
    numbers = [bytes_of(str(jwk.get(part))) for part in parts]
    if any(len(number) != _WIDTHS[str(curve)] for number in numbers):
        raise ValueError("its point is not of its curve")
    if kind == "OKP":
        _check_order(int.from_bytes(numbers[0], "little") % 2**255)
    return set(found)


def _numbers(jwk: Mapping[str, Any]) -> dict[str, str]:
    return {part: jwk[part] for part in ("n", "e", "crv", "x", "y") if part in jwk}


def _check_rsa(modulus: int, exponent: int) -> None:
    if not _LEAST_BITS <= modulus.bit_length() <= _MOST_BITS:
        raise ValueError(f"it has {modulus.bit_length()} bits; {_LEAST_BITS} are the least")
    if exponent < _LEAST_EXPONENT or not exponent % 2 or exponent.bit_length() > _LEAST_BITS:
        raise ValueError("its exponent is not safe")
    if all(modulus % prime in _powers(prime) for prime in _PRIMES):
        raise ValueError("it was made by a generator known to be broken (ROCA)")


def _check_order(y: int) -> None:
    """By such a key anybody signs: its multiples are 1, 2, 4 or 8 points, and so all is known."""
    two = y * (y * y - 1)
    eight = _TWIST * y**4 + 2 * y * y - 1
    if two * eight % _FIELD == 0:
        raise ValueError("its point is of a small order")


@cache
def _powers(prime: int) -> frozenset[int]:
    return frozenset(pow(_LEAST_EXPONENT, power, prime) for power in range(prime - 1))
