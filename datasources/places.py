"""In charge of places at a store: so many callers at once, and a bounded queue before them.

Who has to wait is told soon: a client can do better with a clear no than with silence. Whoever has
got something of a store for the same request goes first, so that no work is half done in vain.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from datasources.errors import StoreBusy
from telemetry import current, measures
from telemetry.stores import System


@dataclass(frozen=True, slots=True)
class Queueing:
    """How many may wait for a place at one store, and each of them for how many seconds."""

    most: int = 1000
    seconds: float = 0.5


USUAL: Final = Queueing()
"""What holds where an operator says nothing: with all else it is less than a second."""

_SYSTEMS: Final[dict[str, System]] = {"postgres": "postgresql", "mongo": "mongodb"}
_Line = deque[asyncio.Future[None]]


class Places:
    """Up to ``most`` callers, and those who wait: first come, first served.

    Who takes a place looks whether there are any ``free``, and else waits for a `turn`.
    """

    def __init__(self, store: str, most: int, queueing: Queueing) -> None:
        self.free = most
        self._store = store
        self._queueing = queueing
        self._begun, self._new = _Line(), _Line()

    @property
    def waiting(self) -> int:
        """How many do."""
        return len(self._begun) + len(self._new)

    async def take(self) -> None:
        """Takes one, which is to be left. Raises ``StoreBusy``."""
        if self.free:
            self.free -= 1
        else:
            await self.turn()

    async def turn(self) -> None:
        """Waits for a place that another hands on. Raises ``StoreBusy``."""
        begun = current().rows > 0
        if not begun and len(self._new) >= self._queueing.most:
            raise self._busy()
        loop = asyncio.get_running_loop()
        turn, began = loop.create_future(), time.perf_counter()
        line = self._begun if begun else self._new
        line.append(turn)
        timer = loop.call_later(self._queueing.seconds, _expire, turn)
        try:
            await turn
        except TimeoutError:
            raise self._busy() from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self.leave()  # it was handed on already
            raise
        finally:
            timer.cancel()
            measures.waited(_SYSTEMS[self._store], began)
            with suppress(ValueError):  # as a rule it has left the line
                line.remove(turn)

    def leave(self) -> None:
        """Hands a place on to who goes first, if anybody waits."""
        for line in (self._begun, self._new):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self.free += 1

    def _busy(self) -> StoreBusy:
        return StoreBusy(self._store)


def _expire(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(TimeoutError())
