"""In charge of what is measured over the life of a process: requests, errors, calls of stores.

It is added up here in plain numbers, which takes a few lines where it happens and no call. Who
reads it, as Prometheus does, makes of it what they are used to (`prometheus.py`).
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Final, NamedTuple, TypeVar

from telemetry.tally import Tally

BOUNDS: Final = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1),
    *(0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
"""Seconds at which histograms are parted: a row by its key takes less than one thousandth."""

OTHER: Final = "(other)"
"""What has no series of its own; no operation is called so."""

_MOST: Final = 500
"""Series of one kind, of what nobody but us gives names."""

Series = list[float]
"""A histogram: the sum, then how many there were up to each bound, and beyond the last."""

K = TypeVar("K", bound=Hashable)


def new_series() -> Series:
    """One of nothing as yet."""
    return [0.0] * (len(BOUNDS) + 2)


class Gauge(NamedTuple):
    """What is so now, and not added up; its labels are those of its name."""

    name: str
    description: str
    labels: dict[str, str]
    value: float


class Measures:
    """Everything that one process has measured.

    Clients name their operations, so ``most_operations`` of them have series of their own, and
    those that are ``known`` beforehand; the rest share one. Of errors some tell of ``limits``.
    """

    def __init__(
        self, most_operations: int = 100, *, known: Collection[str] = (), limits: Iterable[str] = ()
    ) -> None:
        self.operations: dict[tuple[str | None, str | None], Series] = {}
        """Seconds of requests, by the operation's name and kind."""
        self.responses: dict[tuple[str, int], Series] = {}
        """Seconds of requests, by method and status."""
        self.stores: dict[tuple[str, str, str], Series] = {}
        """Seconds of calls, by system, operation, and the kind of error, if it failed."""
        self.waits: dict[str, Series] = {}
        """Seconds for which a connection was waited for, by system."""
        self.turns = new_series()
        """Seconds by which the event loop was late."""
        # From 0 on: of what is there from 1 on, Prometheus cannot tell that it came.
        self.errors: dict[str, int] = {"INTERNAL_ERROR": 0}
        """Requests in whose answers there was an error of this code."""
        self.limits: dict[str, int] = dict.fromkeys(limits, 0)
        """The same of codes that tell of a limit."""
        self.completions: dict[tuple[str, str], int] = {}
        outcomes = ["made", "recovered", "undone", "parked"]
        self.two_stores: dict[str, int] = dict.fromkeys(outcomes, 0)
        self.rows = 0
        self.cache_hits = self.cache_local_hits = self.cache_misses = 0
        self.active = 0
        """Requests under way."""
        self.gauges: list[Callable[[], Iterable[Gauge]]] = []
        """What is asked each time that somebody reads."""
        self._most_operations = most_operations
        self._known = frozenset(known)
        self._names: set[str] = set()

    def request(self, tally: Tally, method: str, status: int, seconds: float) -> None:
        """Adds a request that is over; it is on everybody's way."""
        at = self.operation(tally, seconds)
        key = (method, status)
        series = self.responses.get(key) or self.series(self.responses, key, (method, 0))
        series[0] += seconds
        series[at] += 1

    def operation(self, tally: Tally, seconds: float) -> int:
        """Adds an operation that is over, and what its tally counted; its place in a histogram."""
        at = bisect_left(BOUNDS, seconds) + 1
        series = self.operations.get((tally.operation, tally.kind)) or self._operation(tally)
        series[0] += seconds
        series[at] += 1
        self.rows += tally.rows
        if tally.cache_hits or tally.cache_misses:
            self.cache_hits += tally.cache_hits
            self.cache_local_hits += tally.cache_local_hits
            self.cache_misses += tally.cache_misses
        return at

    def failed(self, codes: Iterable[str]) -> None:
        """Adds the codes of the errors in one answer, each once."""
        for code in codes:
            named = code if code in self.errors or len(self.errors) < _MOST else OTHER
            self.errors[named] = self.errors.get(named, 0) + 1
            if code in self.limits:
                self.limits[code] += 1

    def store(self, system: str, operation: str, error: str) -> Series:
        """The series of such calls; what did not fail has an empty ``error``."""
        return self.series(self.stores, (system, operation, error), (system, operation, OTHER))

    def waited(self, system: str, seconds: float) -> None:
        """Adds a wait for a connection."""
        add(self.waits.setdefault(system, new_series()), seconds)

    def gauges_now(self) -> Iterable[Gauge]:
        """What all that are asked say; who cannot say anything just now is left out."""
        for gauges in self.gauges:
            yield from gauges()

    def series(self, among: dict[K, Series], key: K, other: K) -> Series:
        """The series of a key, or the one of what has none, where there are too many."""
        if key not in among and len(among) >= _MOST:
            key = other
        return among.setdefault(key, new_series())

    def _operation(self, tally: Tally) -> Series:
        name, kind = tally.operation, tally.kind
        if name is not None and name not in self._known and name not in self._names:
            if len(self._names) < self._most_operations:
                self._names.add(name)
            else:
                name = OTHER
        return self.operations.setdefault((name, kind), new_series())


def add(series: Series, seconds: float) -> None:
    """Adds one to a histogram."""
    series[0] += seconds
    series[bisect_left(BOUNDS, seconds) + 1] += 1


installed: Measures | None = None
"""Where it is added up; nowhere, at no cost, unless somebody wants to read it."""


def install(measures: Measures | None) -> None:
    """From now on it is added up there; with None nowhere."""
    global installed  # noqa: PLW0603 - one per process, as counts and spans
    installed = measures


def waited(system: str, began: float) -> None:
    """Adds a wait for a connection, since ``began`` by `time.perf_counter`."""
    if installed is not None:
        installed.waited(system, time.perf_counter() - began)
