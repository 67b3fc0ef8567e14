"""In charge of the counts of one request: rows, store calls, cache hits, waits and its trace id."""

import random
import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})"
    r"-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?P<more>-.*)?"
)


@dataclass(slots=True)
class Stopwatch:
    """Wall-clock time in which at least one of several overlapping waits was running."""

    running: int = 0
    started: float = 0.0
    finished: float = 0.0

    @property
    def seconds(self) -> float:
        """The time so far, of the running wait too."""
        return self.finished + (time.monotonic() - self.started if self.running else 0.0)

    def __enter__(self) -> None:
        if not self.running:
            self.started = time.monotonic()
        self.running += 1

    def __exit__(self, *_: object) -> None:
        self.running -= 1
        if not self.running:
            self.finished += time.monotonic() - self.started


class Tally:
    """What one request did so far; all its tasks add to the same object.

    ``operation`` and ``kind`` are what it executed, from when its document is understood.
    ``store_calls`` is by store name: postgres, mongo, redis. ``cache_local_hits`` are those of the
    ``cache_hits`` that were found in this process.
    ``cost`` is what the operation was estimated to, if it was. ``document`` is its text,
    ``standard`` why graphql-core completed some of it. ``steps`` are calls of stores, as
    `stages.Step` names their parts; ``began`` and ``read_at`` are when the request did, and was
    read, by `time.perf_counter`.
    ``traceparent`` is the caller's, when it sent a valid one: the parent of the server's span.
    """

    # Of the class as long as nothing is said: there is one for every request.
    operation: str | None = None
    kind: str | None = None
    rows: int = 0
    cache_hits: int = 0
    cache_local_hits: int = 0
    cache_misses: int = 0
    traceparent: str | None = None
    cost: float | None = None
    document: str | None = None
    standard: str | None = None
    read_at: float = 0.0
    _trace_id: str | None = None
    held: int = 0
    """How much of it must come to its end, whoever still waits for it."""

    def __init__(self) -> None:
        self.store_calls: dict[str, int] = {}
        self.steps: list[tuple[Any, ...]] = []
        self.began = time.perf_counter()

    @contextmanager
    def released(self) -> Generator[None]:
        """While this lasts, it may be ended as far as this part of it goes."""
        self.held -= 1
        try:
            yield
        finally:
            self.held += 1

    @cached_property
    def stages(self) -> dict[str, float]:
        """Seconds of those stages that most requests do not come to, in order."""
        return {}

    @cached_property
    def cache_wait(self) -> Stopwatch:
        """The time in which the cache was waited for."""
        return Stopwatch()

    @property
    def trace_id(self) -> str:
        """32 hex digits; made up when somebody asks, unless the trace's are known."""
        if self._trace_id is None:  # `cached_property` takes a lock each time
            self._trace_id = f"{random.getrandbits(128) or 1:032x}"
        return self._trace_id

    @trace_id.setter
    def trace_id(self, known: str) -> None:
        self._trace_id = known


_current: ContextVar[Tally | None] = ContextVar("tally", default=None)


def current() -> Tally:
    """The tally of the request being served; outside of one, a new one that nobody reads."""
    return _current.get() or Tally()


def in_request() -> bool:
    """Whether a request is being served here."""
    return _current.get() is not None


def begin(traceparent: str | None = None) -> Tally:
    """The tally of a request that starts here, for this task and those that it starts.

    A valid W3C ``traceparent`` header gives it its trace id, any other a random one. A subscription
    has one for all of its events.
    """
    tally = Tally()
    if traceparent and (trace := _trace_of(traceparent)):
        tally.traceparent, tally.trace_id = traceparent, trace
    _current.set(tally)
    return tally


def _trace_of(traceparent: str) -> str | None:
    found = _TRACEPARENT.fullmatch(traceparent.strip())
    # Only a later version may have more parts than the four of version 00.
    if found is None or (found["version"] == "00" and found["more"]):
        return None
    return found["trace"]
