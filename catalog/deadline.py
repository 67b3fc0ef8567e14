"""In charge of until when a request is to be answered, for whoever asks a store on its behalf."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Final

_until: ContextVar[float | None] = ContextVar("until", default=None)

# Seconds that a store has beyond: who asks is told that time is up, not that a store failed.
_GRACE: Final = 0.1


def limit(until: float | None) -> None:
    """From now on this task, and those that it starts, have until then, by `time.monotonic`."""
    _until.set(until)


def seconds_for(most: float) -> float:
    """How long a call may take: ``most``, or a little more than what is left to the request."""
    until = _until.get()
    return most if until is None else min(most, max(0.0, until - time.monotonic()) + _GRACE)
