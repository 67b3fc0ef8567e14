"""In charge of CORS: pages of other origins that an operator lets ask, without any cookie.

Whoever they ask for shows a token, or nothing. A session's cookie is for pages of our own, whatever
is set here: no answer says that credentials may come along.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from edge.errors import error_body

SENT: Final = (
    "Authorization",
    "DPoP",
    "Content-Encoding",
    "Idempotency-Key",
    "Request-Timeout-Ms",
    "GraphQL-Cost",
    "GraphQL-Preflight",
    "GraphQL-Timing",
    "If-None-Match",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-GraphQL-Event-Stream-Token",
    "ApolloGraphQL-Client-Name",
    "ApolloGraphQL-Client-Version",
    "Traceparent",
    "Tracestate",
    "Baggage",
)
"""What a page may send beside what any may."""

TOLD: Final = (
    "Allow",
    "ETag",
    "Idempotent-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "WWW-Authenticate",
)
"""What it may read of an answer beside what any may."""

_TOLD: Final = ", ".join(TOLD).encode()
_METHODS: Final = ("GET", "POST", "PUT", "DELETE")
_SECONDS: Final = 7200  # for which a browser remembers the yes: the longest that all of them take


def readable(origins: Collection[str], origin: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The headers by which a page of an origin may read an answer that `Cors` does not see.

    There are none if it may not, or if what asks is no page.
    """
    if not origin or not {"*", origin.decode("latin-1")} & {*origins}:
        return ()
    return (
        (b"access-control-allow-origin", b"*" if "*" in origins else origin),
        (b"access-control-expose-headers", _TOLD),
        (b"vary", b"Origin"),
    )


class Cors(CORSMiddleware):
    """Starlette's, for these origins; ``*`` is any. Its no is told as all other errors are."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=SENT,
            expose_headers=TOLD,
            max_age=_SECONDS,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to the question that a browser asks before a request."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:  # noqa: PLR2004 (HTTP)
            return response
        message = f"{bytes(response.body).decode()}."
        kept = {n: v for n, v in response.headers.items() if not n.startswith("content-")}
        return JSONResponse({"errors": [error_body(message, "CORS_REFUSED")]}, 400, headers=kept)
