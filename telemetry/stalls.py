"""In charge of an event loop that is held up: a thread notices, and logs by what."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from telemetry.logs import logger

_FRAMES: Final = 40  # of the innermost
_BEATS: Final = 4  # within the time that is allowed

_log = logger("loop")


@contextmanager
def watched(seconds: float) -> Generator[None]:
    """While this lasts, whatever holds up this thread's event loop for so long is logged, once.

    That is its stack at that moment, without values; and when the loop goes on, how long it took.
    """
    watching = _Watching(seconds, asyncio.get_running_loop())
    watching.beat()
    watching.thread.start()
    try:
        yield
    finally:
        watching.end()


class _Watching:
    def __init__(self, seconds: float, loop: asyncio.AbstractEventLoop) -> None:
        self.thread = threading.Thread(target=self._watch, name="stalls", daemon=True)
        self._seconds = seconds
        self._loop = loop
        self._watched = threading.get_ident()
        self._ended = threading.Event()
        self._beaten = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None

    def beat(self) -> None:
        """The loop goes on."""
        self._beaten = time.monotonic()
        self._timer = self._loop.call_later(self._seconds / _BEATS, self.beat)

    def end(self) -> None:
        """Nobody looks any more."""
        if self._timer:
            self._timer.cancel()
        self._ended.set()
        self.thread.join()

    def _watch(self) -> None:
        told: float | None = None
        looked = time.monotonic()
        while not self._ended.wait(self._seconds / _BEATS):
            now, beaten = time.monotonic(), self._beaten
            # If this thread was late as well, it was the machine, which held up all of the process.
            is_fair, looked = now - looked < self._seconds, now
            if told is not None and beaten != told:
                _log.warning("event_loop_goes_on", seconds=round(beaten - told, 3))
                told = None
            if told is None and is_fair and now - beaten >= self._seconds:
                told = beaten
                _log.error("event_loop_stuck", seconds=round(now - beaten, 3), stack=self._stack())

    def _stack(self) -> str:
        frames = getattr(sys, "_current_frames")  # noqa: B009 (as in faulthandler; it stays)
        frame = frames().get(self._watched)
        return "".join(traceback.format_stack(frame)[-_FRAMES:]) if frame else ""
