"""In charge of requests that another site's page may have had a browser send.

A browser adds its cookies to whatever any page has it send. What no page can have it send without
asking us first is told apart here; of cookies we never say yes to a page of another origin.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Scope

from auth.issuers import is_loopback
from edge.errors import HttpError
from edge.requests import Headers, header, headers_of

PREFLIGHT: Final = (b"graphql-preflight", b"apollo-require-preflight", b"x-apollo-operation-name")
"""Any of these, with any value, shows that it was no form, image or link that asked."""

_OWN: Final = {"", "same-origin", "none"}
_PORTS: Final = {"http": 80, "https": 443}


def check_site(scope: Scope, headers: Headers, public_url: str | None) -> None:
    """Raises ``HttpError`` unless a page of ours asks, and with what only such a page can send."""
    check_page(scope, headers, public_url)
    check_meant(headers, "with a cookie")


def check_page(scope: Scope, headers: Headers, public_url: str | None) -> None:
    """Raises ``HttpError`` if it is told that another site's page asks."""
    site, origin = header(headers, b"sec-fetch-site"), header(headers, b"origin")
    own = origin_of(address_of(scope, public_url))
    if site not in _OWN or (origin and origin_of(origin) != own):
        raise _refused("Another site's page asks with this browser's cookie.", None)


def check_own_page(scope: Scope, headers: Headers, public_url: str | None) -> None:
    """Raises ``HttpError`` unless it is told that a page of ours asks, as of sockets it is."""
    check_page(scope, headers, public_url)
    if not header(headers, b"origin"):
        raise _refused("A cookie opens a socket for a page of ours only.", None)


def check_origin(
    scope: Scope, headers: Headers, public_url: str | None, origins: Collection[str]
) -> None:
    """Raises ``HttpError`` if a page asks that is neither ours nor of these origins.

    Unlike an answer by HTTP, what comes by a socket is shown to a page whatever its origin.
    """
    origin = header(headers, b"origin")
    allowed = not origin or "*" in origins or origin in origins
    if not allowed and origin_of(origin) != origin_of(address_of(scope, public_url)):
        raise _refused("A page of another origin opens a socket.", "Name it in CORS_ORIGINS.")


def check_meant(headers: Headers, what: str) -> None:
    """Raises ``HttpError`` if a form, an image or a link of any page may have sent this.

    Of content types JSON alone counts: browsers have had bugs with rarer ones.
    """
    media_type = header(headers, b"content-type").partition(";")[0].strip().lower()
    if media_type != "application/json" and not any(name in headers for name in PREFLIGHT):
        raise _refused(
            f"A request {what} is to show that it is not another site's.",
            "Send it as application/json, or with the header `GraphQL-Preflight: 1`.",
        )


def own_origin(scope: Scope, public_url: str | None) -> str:
    """Where browsers find this server, as they are sent back to it.

    Raises ``HttpError`` if that is only what the request says, and not on this machine.
    """
    address = address_of(scope, public_url)
    if public_url is None and not is_loopback(address):
        message = "Nobody can sign in at this address."
        raise HttpError(400, "BAD_REQUEST", message, hint="Set PUBLIC_URL to it.")
    return address


def address_of(scope: Scope, public_url: str | None) -> str:
    """Scheme, host and what an operator puts before our paths: as said, else as the request has."""
    host = "".join(headers_of(scope, b"host")[:1])
    return (public_url or f"{scope['scheme']}://{host}").rstrip("/")


def origin_of(url: str) -> tuple[str, str, int | None] | None:
    """What browsers hold apart; None for what is no origin."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _refused(message: str, hint: str | None) -> HttpError:
    return HttpError(403, "CROSS_SITE_REQUEST", message, hint=hint)
