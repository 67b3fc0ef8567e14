"""In charge of cookies: two secrets, which only a browser sends and no page can read.

``__Host-`` makes browsers hold them to this very host, over TLS: none of another host's, nor of an
attacker on the wire, goes by the name. Browsers take them from http:// on this machine, too.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

from edge.errors import HttpError
from edge.requests import headers_of

SESSION: Final = "__Host-bigraph"
LOGIN: Final = "__Host-bigraph-login"
"""Binds a login on its way to the browser that began it."""

# Lax, for a browser is to bring both along when the issuer sends it back here.
_GUARDED: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"


def cookie_of(scope: Scope, name: str) -> str | None:
    """The cookie of exactly this name; raises ``HttpError`` if there are two, of which one lies."""
    # Of blanks these two alone: Python knows more, which browsers hold for letters of a name, and
    # whose cookies any host may set.
    sent = (
        pair.strip(" \t").partition("=")
        for header in headers_of(scope, b"cookie")
        for pair in header.split(";")
    )
    values = [value for key, _, value in sent if key == name]
    if len(values) > 1:
        raise HttpError(400, "UNAUTHENTICATED", "The request has two cookies of one name.")
    return values[0] if values else None


def kept(name: str, value: str, seconds: float | None = None) -> tuple[str, str]:
    """The header that has a browser keep it: for so long, or until it is closed."""
    until = "" if seconds is None else f"; Max-Age={seconds:.0f}"
    return "set-cookie", f"{name}={value}; {_GUARDED}{until}"


def forgotten(name: str) -> tuple[str, str]:
    """The header that has a browser forget it."""
    return kept(name, "", 0)
