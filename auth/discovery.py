"""In charge of where an issuer has its keys and its endpoints, by its own description of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from auth.errors import IssuerError
from auth.fetch import Fetch
from auth.issuers import Issuer

_OPENID = "/.well-known/openid-configuration"
_OAUTH = "/.well-known/oauth-authorization-server"


async def metadata_of(issuer: Issuer, fetch: Fetch) -> Mapping[str, Any]:
    """What it says of itself (OpenID Connect Discovery, else RFC 8414); raises ``IssuerError``.

    The description must name the issuer as its tokens do: one that names another describes another.
    """
    try:
        found = await fetch.json(issuer.url.rstrip("/") + _OPENID, issuer.url)
    except IssuerError:
        found = await fetch.json(_inserted(issuer.url, _OAUTH), issuer.url)
    if found.get("issuer") != issuer.url:
        raise IssuerError(f"What is at {issuer.url} describes another issuer.")
    return found


def endpoint_of(metadata: Mapping[str, Any], name: str, issuer: Issuer) -> str:
    """One address out of the description; raises ``IssuerError`` if it is not there."""
    url = metadata.get(name)
    if not isinstance(url, str):
        raise IssuerError(f"{issuer.url} does not say where its {name} is.")
    return url


def _inserted(url: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, path + parts.path.rstrip("/"), "", ""))
