"""In charge of answers that are known before anybody asks: of requests that are not looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from edge.errors import HttpError, again, refusal_body
from edge.transport import STATUS_LINES

HEAD_BYTES: Final = 2_000_000
"""Of a head at most, or of whatever else is no body: they are held until it is whole."""

CLOSE: Final = b"connection: close\r\n"

Headers = tuple[tuple[bytes, bytes], ...]


class Canned(NamedTuple):
    """An answer, but for the headers that are the server's or the client's."""

    status: int
    code: str
    content: bytes


def _canned(status: int, code: str, message: str, hint: str, **more: Any) -> Canned:
    error = HttpError(status, code, message, hint=hint, **more)
    body = orjson.dumps({"errors": [refusal_body(error)]})
    own = {
        **error.headers,
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(body)),
    }
    head = "".join(f"{name}: {text}\r\n" for name, text in own.items())
    return Canned(status, code, b"%s\r\n%s" % (head.encode(), body))


OVERLOADED: Final = _canned(
    503,
    "SERVER_OVERLOADED",
    "The server has more to answer than it can.",
    "Ask again in a moment.",
    details=again(1),
)
NO_HTTP: Final = _canned(
    400, "BAD_REQUEST", "This is no HTTP.", "Ask by HTTP/1.1, with a client for it."
)
TOO_LONG: Final = _canned(
    431,
    "HEAD_TOO_LARGE",
    f"The head is larger than {HEAD_BYTES} bytes.",
    "Send less, or as the body.",
    details={"limit": HEAD_BYTES},
)


@lru_cache(16)  # a body with files has time by its length
def too_slow(seconds: int) -> Canned:
    """The answer to a request that did not come in so many seconds."""
    message, told = f"The request did not come within {seconds} seconds.", {"limit": seconds}
    return _canned(408, "REQUEST_TIMEOUT", message, "Send it again, in one go.", details=told)


@lru_cache(16)  # the headers have the time in them, which is another each second
def written(answer: Canned, headers: Headers, *, closing: bool) -> bytes:
    """The bytes of an answer, with these headers besides."""
    head = [b"%s: %s\r\n" % each for each in headers]
    return b"".join([STATUS_LINES[answer.status], *head, CLOSE if closing else b"", answer.content])
