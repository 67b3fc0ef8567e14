"""In charge of what the headers of a request ask for, where it is answered by events."""

from __future__ import annotations

from typing import NamedTuple

from starlette.types import Scope

from edge import idempotency
from edge.requests import Headers, header, headers_in
from edge.watch import TIMEOUT, seconds_in


class Wishes(NamedTuple):
    """No more than its headers, if they ask for nothing."""

    headers: Headers
    seconds: float | None = None
    """How long its client waits for each answer."""
    key: str | None = None
    """By which it is made once."""
    traceparent: str | None = None


def wishes_in(scope: Scope) -> Wishes:
    """Those of an operation that came by HTTP: a WebSocket's are for all of its operations.

    Raises ``HttpError``.
    """
    if scope["type"] != "http":
        return Wishes({})
    headers, may_write = headers_in(scope), scope["method"] == "POST"
    return Wishes(
        headers,
        seconds_in(headers) if TIMEOUT in headers else None,
        idempotency.key_in(headers) if may_write and idempotency.HEADER in headers else None,
        header(headers, b"traceparent") or None,
    )
