"""In charge of what an issuer tells its client about somebody: ID tokens and logout tokens.

Sources: OpenID Connect Core 1.0, 3.1.3.7 and 12.2; Back-Channel Logout 1.0, 2.6.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from auth.claims import checked, named
from auth.compact import Compact, text_of
from auth.errors import TokenError
from auth.issuers import Issuer
from auth.profiles import Profile

_LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"
_MOST_NAME: Final = 1_000


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose sessions an issuer ends: one of his, or all."""

    subject: str | None
    sid: str | None
    name: str
    """The token's own, by which it is known again."""
    until: float


def of_id_tokens(issuer: Issuer, client_id: str) -> Issuer:
    """The issuer, as its ID tokens are to be read: they are for the client, and grant no scope."""
    return replace(
        issuer,
        audiences=frozenset({client_id}),
        client_id=client_id,
        scopes=(),
        profile=_for_client(issuer.profile, "", "jwt"),
    )


def of_logout_tokens(issuer: Issuer, client_id: str) -> Issuer:
    """The issuer, as its logout tokens are to be read."""
    profile = _for_client(issuer.profile, "", "jwt", "logout+jwt")
    return replace(issuer, audiences=frozenset({client_id}), profile=profile)


def check_identity(
    token: Compact, issuer: Issuer, now: float, *, nonce: str | None, access_token: str
) -> Mapping[str, Any]:
    """The claims of an ID token that its issuer signed; raises ``TokenError``.

    It must be of the login with this ``nonce``; without one it is of a renewal, and needs none.
    """
    claims = token.claims
    checked(claims, issuer, now)
    named(claims, issuer)
    sid_of(claims)
    _check_party(claims, issuer.client_id)
    said = claims.get("nonce")
    if nonce is not None and not (isinstance(said, str) and _equal(said, nonce)):
        raise TokenError("The ID token is of another login, by its nonce.")
    if "at_hash" in claims and not _equal(str(claims["at_hash"]), _half(access_token, token)):
        raise TokenError("The ID token is of another access token, by its at_hash.")
    return claims


def ended_by(token: Compact, issuer: Issuer, now: float) -> Ended:
    """Whose sessions a logout token ends that its issuer signed; raises ``TokenError``."""
    claims = token.claims
    until = checked(claims, issuer, now)
    events = claims.get("events")
    marked = cast("Mapping[str, object]", events).get(_LOGOUT) if isinstance(events, dict) else None
    if not isinstance(marked, dict):
        raise TokenError("The token ends no session, by its events.")
    if "nonce" in claims:
        raise TokenError("The token is no logout token: it has a nonce.")
    name, subject, sid = _named(claims, "jti"), _named(claims, "sub"), _named(claims, "sid")
    if name is None or not (subject or sid):
        raise TokenError("The logout token does not say whose session ends, or has no jti.")
    return Ended(subject, sid, name, until)


def sid_of(claims: Mapping[str, Any]) -> str | None:
    """The issuer's name for its session; raises ``TokenError``."""
    return _named(claims, "sid")


def _for_client(profile: Profile, *types: str) -> Profile:
    return replace(
        profile,
        types=frozenset(types),
        audience=("aud",),
        scopes=(),
        one_of={},
        any_of=frozenset(),
        none_of=frozenset(),
    )


def _check_party(claims: Mapping[str, Any], client_id: str | None) -> None:
    audience, party = claims.get("aud"), claims.get("azp")
    several = isinstance(audience, list) and len(cast("list[object]", audience)) > 1
    if party != client_id if party is not None else several:
        raise TokenError("The ID token was made for another client, by its azp.")


def _named(claims: Mapping[str, Any], claim: str) -> str | None:
    value = claims.get(claim)
    if value is None or (isinstance(value, str) and 0 < len(value) <= _MOST_NAME):
        return value
    raise TokenError(f"The token's {claim} is no name.")


def _half(access_token: str, token: Compact) -> str:
    algorithm = str(token.header["alg"])
    size = algorithm[-3:] if algorithm[-3:] in {"256", "384", "512"} else "512"
    digest = hashlib.new(f"sha{size}", access_token.encode()).digest()
    return text_of(digest[: len(digest) // 2])


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
