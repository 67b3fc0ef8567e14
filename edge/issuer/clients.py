"""In charge of the clients that the issuer knows: this very server, at each of its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from auth.issuers import LOOPBACK

CLIENT_ID: Final = "bigraph"
"""What this server is called where it signs people in itself."""

COMMAND_LINE: Final = "command-line"
"""The client that `server.py token` is; it gets no codes."""

CALLBACK: Final = "/auth/callback"
BACKCHANNEL_LOGOUT: Final = "/auth/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Client:
    """A public client: it has no secret, and proves by PKCE that a code is its own."""

    id: str
    redirect_uris: frozenset[str]
    post_logout_redirect_uris: frozenset[str]
    backchannel_logout_uri: str


def clients_of(origin: str) -> Mapping[str, Client]:
    """By their ids. ``origin`` is where this server is; this machine has other names besides."""
    path, origins = urlsplit(origin).path, origins_of(origin)
    own = Client(
        CLIENT_ID,
        redirect_uris=frozenset(f"{each}{path}{CALLBACK}" for each in origins),
        post_logout_redirect_uris=frozenset(f"{each}{path}/" for each in origins),
        backchannel_logout_uri=origin + BACKCHANNEL_LOGOUT,
    )
    return {own.id: own}


def origins_of(url: str) -> frozenset[str]:
    """All that a browser on this machine may call where this is."""
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    hosts = [f"[{name}]" if ":" in name else name for name in LOOPBACK]
    return frozenset(f"{parts.scheme}://{host}{port}" for host in hosts)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
