"""In charge of what a token must say for us to believe it, and of what it says of who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from auth.errors import TokenError
from auth.issuers import Issuer
from auth.principal import Principal
from auth.profiles import CLIENT, Path

_REFUSED_HEADERS: Final = ("crit", "jwk", "jku", "x5u", "x5c", "b64", "zip", "enc")
_MOST_NAMES: Final = 1_000
_WITHIN: Final = 2**53
"""Beyond, a number is no moment, and not the same in every language."""


def check_header(header: Mapping[str, Any], issuer: Issuer) -> str:
    """The algorithm; raises ``TokenError`` for a header that no access token of theirs has.

    A header that brings a key, says where one is, or asks for more than RFC 7515 has, is refused.
    """
    for name in _REFUSED_HEADERS:
        if name in header:
            raise TokenError(f"The token's header has {name}, which is not taken.")
    kind = header.get("typ", "")
    if not isinstance(kind, str) or _bare(kind) not in issuer.profile.types:
        raise TokenError(
            "The token is no access token of this issuer's, by its typ.",
            hint="An ID token is for the client that asked for it; send the access token.",
        )
    if not isinstance(header.get("kid", ""), str):
        raise TokenError("The token's kid is no text.")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in issuer.algorithms:
        raise TokenError("The token is signed by an algorithm that is not taken.")
    return algorithm


def principal_of(claims: Mapping[str, Any], issuer: Issuer, now: float) -> tuple[Principal, float]:
    """Who asks, and until when (seconds since 1970) that holds; raises ``TokenError``."""
    until = checked(claims, issuer, now)
    return named(claims, issuer), until


def checked(claims: Mapping[str, Any], issuer: Issuer, now: float) -> float:
    """Until when (seconds since 1970) these claims hold.

    Raises ``TokenError`` unless they are this issuer's, for us, and of now.
    """
    if claims.get("iss") != issuer.url:
        raise TokenError("The token is of another issuer.")
    _check_kind(claims, issuer)
    _check_audience(claims, issuer)
    return _check_times(claims, issuer, now) + issuer.leeway


def named(claims: Mapping[str, Any], issuer: Issuer) -> Principal:
    """Who asks, by claims that were checked; raises ``TokenError`` if they do not say."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise TokenError("The token does not say who asks: it has no sub.")
    profile = issuer.profile
    scopes = (
        scope
        for claim in (*profile.scopes, *issuer.scopes)
        for name in _names(claims, claim)
        for scope in name.split()
    )
    roles = (
        name
        for path in (*profile.roles, *issuer.roles)
        for name in _followed(claims, path, issuer.client_id)
    )
    return Principal(issuer.url, subject, frozenset(scopes), frozenset(roles), claims)


def _check_kind(claims: Mapping[str, Any], issuer: Issuer) -> None:
    profile = issuer.profile
    told = all(str(claims.get(name)) in values for name, values in profile.one_of.items())
    if profile.any_of and not profile.any_of & claims.keys():
        told = False
    if not told or profile.none_of & claims.keys():
        raise TokenError(
            "The token is no access token of this issuer's, by its claims.",
            hint="An ID token is for the client that asked for it; send the access token.",
        )


def _check_audience(claims: Mapping[str, Any], issuer: Issuer) -> None:
    for claim in issuer.profile.audience:
        named = claims.get(claim)
        named = cast("list[object]", named) if isinstance(named, list) else [named]
        if any(isinstance(name, str) and name in issuer.audiences for name in named):
            return
    raise TokenError("The token is for another audience.")


def _check_times(claims: Mapping[str, Any], issuer: Issuer, now: float) -> float:
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
    if expires is None or issued is None:
        raise TokenError("The token does not say when it was issued, or when it expires.")
    if now >= expires + issuer.leeway:
        raise TokenError("The token has expired.")
    begins = _moment(claims, "nbf")
    if max(issued, begins or issued) > now + issuer.leeway:
        raise TokenError("The token is not valid yet.")
    if expires - issued > issuer.most_lifetime:
        raise TokenError(f"The token is made to last for more than {issuer.most_lifetime} seconds.")
    return expires


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    moment = claims.get(name)
    if moment is None:
        return None
    number = isinstance(moment, int | float) and not isinstance(moment, bool)
    if not number or not 0 <= moment < _WITHIN:
        raise TokenError(f"The token's {name} is no moment.")
    return float(moment)


def _followed(claims: Mapping[str, Any], path: Path, client: str | None) -> Iterator[str]:
    found: Any = claims
    for name in path[:-1]:
        found = cast("Mapping[str, Any]", found).get(client or "" if name == CLIENT else name)
        if found is None:
            return
        if not isinstance(found, dict):
            raise TokenError(f"The token's {path[0]} is not what this issuer makes it.")
    yield from _names(cast("Mapping[str, Any]", found), path[-1])


def _names(claims: Mapping[str, Any], claim: str) -> list[str]:
    found = claims.get(claim)
    if found is None:
        return []
    # A text is one name: a role may have spaces in it, of which no part is a role.
    listed = [found] if isinstance(found, str) else found
    names = cast("list[object]", listed) if isinstance(listed, list) else [None]
    if len(names) > _MOST_NAMES or not all(isinstance(name, str) for name in names):
        raise TokenError(f"The token's {claim} is no list of names.")
    return [name for name in cast("list[str]", names) if name]


def _bare(kind: str) -> str:
    return kind.lower().removeprefix("application/")
