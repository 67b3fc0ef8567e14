"""In charge of who a proxy says that the client is, where its word is taken."""

from __future__ import annotations

from functools import lru_cache

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


@lru_cache(4)  # a process has one app, and to read the addresses takes longer than a request
def proxied(app: ASGIApp, proxies: str) -> ASGIApp:
    """The app behind these ``proxies``: comma-separated addresses and networks, or ``*``."""
    return ProxyHeadersMiddleware(app, proxies)  # type: ignore[arg-type, return-value]
