"""In charge of answers that are known before anybody asks: of requests that are not looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from edge.errors import error_body

CLOSE: Final = b"connection: close\r\n"

Headers = tuple[tuple[bytes, bytes], ...]


def _content(code: str, message: str, hint: str, *more: bytes) -> bytes:
    body = orjson.dumps({"errors": [error_body(message, code, hint)]})
    length = b"content-length: %d" % len(body)
    kind = b"content-type: application/json; charset=utf-8"
    return b"\r\n".join([*more, kind, length, b"", body])


OVERLOADED: Final = _content(
    "SERVER_OVERLOADED",
    "The server has more to answer than it can.",
    "Ask again in a moment.",
    b"retry-after: 1",
)
TOO_SLOW: Final = _content(
    "REQUEST_TIMEOUT", "The request took too long to come.", "Send it again, in one go."
)
NO_HTTP: Final = _content(
    "BAD_REQUEST", "This is no HTTP.", "Ask by HTTP/1.1, with a client for it."
)
TOO_LONG: Final = _content("HEAD_TOO_LARGE", "The head is too large.", "Send less, or as the body.")


@lru_cache(4)  # the headers have the time in them, which is another each second
def canned(status: int, headers: Headers, content: bytes, *, closing: bool) -> bytes:
    """The bytes of an answer, with these headers of the server's besides."""
    head = [b"%s: %s\r\n" % each for each in headers]
    return b"".join([STATUS_LINE[status], *head, CLOSE if closing else b"", content])
