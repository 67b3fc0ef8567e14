"""In charge of a request's body: whole, within its limit, and out of gzip."""

from __future__ import annotations

from typing import Final

from starlette.types import Receive, Scope

from catalog.errors import exceeded
from edge.errors import HttpError
from edge.gzipped import Gunzip

SLOW: Final = "bigraph.slow"
"""In the scope of a request whose client is not waited for any longer, and was told so."""


async def body_of(scope: Scope, receive: Receive, most: int, gunzip: Gunzip | None = None) -> bytes:
    """All of it. Raises ``HttpError``, as soon as it is known, for one that is too large.

    The limit is one for what comes, and for what is made of it.
    """
    body, came = b"", 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            if SLOW in scope:
                raise HttpError(408, "REQUEST_TIMEOUT", "The request took too long to come.")
            raise HttpError(400, "BAD_REQUEST", "The client went away while it sent the body.")
        data = message.get("body", b"")
        came += len(data)
        body += data if gunzip is None else gunzip.taken(data)
        if len(body) > most or came > most:
            raise too_long(max(came, len(body)), most)
        if not message.get("more_body"):
            if gunzip is not None:
                gunzip.end()
            return body


def too_long(measured: int, most: int) -> HttpError:
    """Of a body that is too large by itself."""
    return too_large(f"The body is larger than {most} bytes.", measured, most)


def too_large(message: str, measured: int, limit: int, code: str = "BODY_TOO_LARGE") -> HttpError:
    """Of a body that is not read to its end: there is so much at least."""
    told = exceeded(measured, limit)
    return HttpError(413, code, message, headers={"connection": "close"}, details=told)
