"""In charge of whom we believe: an issuer, what it must say, and where its keys are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from auth.profiles import Path, Profile

MOST_LEEWAY: Final = 60
"""Seconds that clocks may differ at most."""

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""What this very machine is called by itself."""


@dataclass(frozen=True, slots=True)
class Client:
    """Our own account with an issuer, for what only a client may ask."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"Client({self.id!r})"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Somebody whose word on who asks is taken."""

    url: str
    """As it stands in its tokens' ``iss``."""
    audiences: frozenset[str]
    """What names us; a token that is for somebody else is refused."""
    profile: Profile
    algorithms: frozenset[str]
    roles: tuple[Path, ...] = ()
    """Where roles are besides, as in a claim of one's own."""
    scopes: tuple[str, ...] = ()
    """Which claims list scopes besides."""
    client: Client | None = None
    """If given, tokens that only the issuer can read are shown to it (RFC 7662)."""
    client_id: str | None = None
    """Whose roles are ours where an issuer sorts roles by client."""
    keys_url: str | None = None
    """Where the keys are, for an issuer that does not say so itself."""
    leeway: int = 30
    """Seconds that its clock may differ from ours."""
    most_lifetime: int = 86_400
    """Seconds from issue to expiry at most."""


@dataclass(frozen=True, slots=True)
class Login:
    """How browsers sign in with an issuer: as whose client, and what is asked for."""

    issuer: Issuer
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ("openid",)
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    """What this issuer has to be told besides."""


def is_safe(url: str, issuer: str) -> bool:
    """Whether it may be asked: over TLS, or on this very machine if that is where the issuer is."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return False
    if port == 0 or not parts.hostname or parts.username is not None:
        return False
    secure = parts.scheme == "https"
    return secure or (parts.scheme == "http" and is_loopback(url) and is_loopback(issuer))


def is_loopback(url: str) -> bool:
    """Whether it is on this very machine."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False
