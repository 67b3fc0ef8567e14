"""In charge of how identity providers write their access tokens: one value for each, as data.

Sources: RFC 9068 for `rfc9068`; for the others, each provider's own description of its tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Path = tuple[str, ...]
"""The members to follow through a token's claims; `CLIENT` stands for the client's own id."""

CLIENT: Final = "{client_id}"

ProfileName = Literal["rfc9068", "auth0", "okta", "keycloak", "entra", "cognito"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Where a provider puts what, and what tells its access tokens from its others."""

    types: frozenset[str]
    """What the header's ``typ`` may be, in lower case, without ``application/``; "" for none."""
    audience: tuple[str, ...]
    """The claims any of which may name whom the token is for."""
    scopes: tuple[str, ...]
    """The claims that list scopes, as a text with spaces or as an array."""
    roles: tuple[Path, ...]
    one_of: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType[str, frozenset[str]]({})
    )
    """Claims that must be there, with one of these values."""
    any_of: frozenset[str] = frozenset()
    """Claims at least one of which stands in every access token, and in no ID token."""
    none_of: frozenset[str] = frozenset()
    """Claims that stand in ID tokens only."""


_ID_TOKEN: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})

PROFILES: Final[Mapping[ProfileName, Profile]] = MappingProxyType(
    {
        "rfc9068": Profile(
            types=frozenset({"at+jwt"}),
            audience=("aud",),
            scopes=("scope",),
            roles=(("roles",), ("groups",), ("entitlements",)),
        ),
        "auth0": Profile(
            types=frozenset({"jwt", "at+jwt"}),
            audience=("aud",),
            scopes=("scope", "permissions"),
            roles=(),
            any_of=frozenset({"azp", "client_id"}),
            none_of=_ID_TOKEN,
        ),
        "okta": Profile(
            types=frozenset({"", "jwt", "at+jwt"}),
            audience=("aud",),
            scopes=("scp",),
            roles=(("groups",),),
            any_of=frozenset({"cid"}),
            none_of=_ID_TOKEN,
        ),
        "keycloak": Profile(
            types=frozenset({"jwt", "at+jwt"}),
            audience=("aud", "azp"),
            scopes=("scope",),
            roles=(("realm_access", "roles"), ("resource_access", CLIENT, "roles")),
            one_of=MappingProxyType({"typ": frozenset({"Bearer", "DPoP"})}),
        ),
        "entra": Profile(
            types=frozenset({"jwt"}),
            audience=("aud",),
            scopes=("scp",),
            roles=(("roles",),),
            one_of=MappingProxyType({"ver": frozenset({"1.0", "2.0"})}),
            any_of=frozenset({"azp", "appid"}),
            none_of=_ID_TOKEN,
        ),
        "cognito": Profile(
            types=frozenset({"", "jwt"}),
            audience=("client_id", "aud"),
            scopes=("scope",),
            roles=(("cognito:groups",),),
            one_of=MappingProxyType({"token_use": frozenset({"access"})}),
        ),
    }
)
