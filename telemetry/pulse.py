"""In charge of how late the event loop is: a timer that asks to be called, and looks when it is."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

from telemetry.measures import Gauge, Measures, add

_SECONDS: Final = 0.2
"""Between two looks."""


class Pulse:
    """Measures the running event loop. What it tells may be asked for by another thread."""

    def __init__(self, measures: Measures) -> None:
        self._turns = measures.turns
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        self._timer = self._loop.call_soon(self._beat)

    def stop(self) -> None:
        """Looks no more."""
        self._timer.cancel()

    def gauges(self) -> Iterator[Gauge]:
        """For how long it has been late by now: seconds, if something holds it up."""
        late = max(0.0, self._loop.time() - self._due)
        said = "For how long the event loop has not come to what is due."
        yield Gauge("bigraph_event_loop_late_seconds", said, {}, late)

    def _beat(self) -> None:
        now = self._loop.time()
        add(self._turns, max(0.0, now - self._due))
        self._due = now + _SECONDS
        self._timer = self._loop.call_at(self._due, self._beat)


@contextmanager
def beating(measures: Measures) -> Generator[Pulse]:
    """Measures while this lasts."""
    pulse = Pulse(measures)
    measures.gauges.append(pulse.gauges)
    try:
        yield pulse
    finally:
        measures.gauges.remove(pulse.gauges)
        pulse.stop()
