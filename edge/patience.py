"""In charge of how long a client is waited for: for its next request, a head, or a body."""

from __future__ import annotations

from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from edge.gate import Bearable
from edge.requests import headers_in

_PACE: Final = 50_000
"""Bytes a second, of a body with files, which may be large."""


def is_idle(awaited: object) -> bool:
    """Whether it is a request that is answered, so that another may come."""
    return getattr(awaited, "response_complete", False) is True


def time_for(awaited: object, bearable: Bearable) -> float:
    """Seconds for what is awaited: a request that is answered or of which more is to come."""
    if is_idle(awaited):
        return bearable.keep_alive
    return bearable.patience + _more_for(awaited)


def _more_for(awaited: object) -> float:
    """Seconds that a body may take beyond the usual, since it brings files."""
    if not isinstance(awaited, RequestResponseCycle):
        return 0.0
    headers = headers_in(cast("Any", awaited.scope))
    if not headers.get(b"content-type", b"").lower().startswith(b"multipart/"):
        return 0.0
    length = headers.get(b"content-length", b"")
    return int(length) / _PACE if length.isdigit() else 0.0
