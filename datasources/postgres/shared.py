"""In charge of a session that many callers share: quick reads, sent together and answered in turn.

What comes in one turn of the event loop goes out in one piece, and one process of Postgres answers
all of it at once: that takes a third of the work of a connection each. The price is that whoever
comes behind a read that is not quick after all would wait for it. So nobody waits long: who stands
behind is told to ask elsewhere, which reads always can.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from datasources.postgres.session import Asked, Result, Session

_PATIENCE: Final = 0.05
"""Seconds between two looks whether anything has come; what takes two of them holds up others."""

_ALONE_SECONDS: Final = 10.0
"""How long what held up others is not shared: it may have been the machine, and not the text."""


# As numbers: an enum's members are looked up by Python.
_ROWS: Final = int(ExecStatus.TUPLES_OK)
_ERROR: Final = int(ExecStatus.FATAL_ERROR)
_SYNC: Final = int(ExecStatus.PIPELINE_SYNC)


class HeldUpError(Exception):
    """A read that stood behind another which took too long, or failed: to be asked elsewhere."""


class _Turn:
    """The statements of one caller, and the names of those that are prepared."""

    __slots__ = ("asked", "error", "names", "results", "told")

    def __init__(self, asked: Sequence[Asked], told: asyncio.Future[list[Result]]) -> None:
        self.asked = asked
        self.told = told
        self.names: list[bytes | None] = []
        self.results: list[Result] = []
        self.error: Exception | None = None
        """What one of them ended in, until it is known whether the session did, too."""

    def fail(self, error: Exception) -> None:
        """Tells its caller of its own error, or of this one; if it still waits."""
        if not self.told.done():
            self.told.set_exception(self.error or error)

    def take(self, result: Result) -> bool:
        """Takes one in; whether it was the last, and so its caller is told."""
        self.results.append(result)
        complete = len(self.results) == len(self.asked)
        if complete and not self.told.done():
            self.told.set_result(self.results)
        return complete


class Shared(Session):
    """A session for statements that return rows and change nothing, of as many callers as come."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._queue = deque[_Turn | None]()  # None where what was sent in one piece ends
        self._is_sending = False
        self._timer: asyncio.TimerHandle | None = None
        self._came = self._came_before = 0
        self._looked = 0.0
        self.delay = 0.0
        """About how long who comes now would wait, in seconds, as others are answered."""
        self._held_up_since: float | None = None
        self._seconds = 0.0
        self._alone = dict[str, float]()
        self._at_end: Callable[[], None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._is_closed = False
        super().__init__(connection)

    @property
    def is_free(self) -> bool:
        """Whether it is good for more, and nothing holds it up."""
        return self._held_up_since is None and not self._broken and not self.is_full

    async def run(self, asked: Sequence[Asked], seconds: float) -> list[Result]:
        """The results of all statements, which follow each other in one transaction.

        Raises psycopg's errors, ``HeldUpError``, and TimeoutError if they hold up others for longer
        than ``seconds``.
        """
        if self._alone and self._stands_alone(asked):
            raise HeldUpError
        turn = _Turn(asked, self._loop.create_future())
        self._seconds = seconds
        # All of them before any is sent, since one may be of a value that cannot be.
        sent = [(each.sql, [*map(self._sent, each.values)]) for each in asked]
        try:
            for sql, values in sent:
                turn.names.append(self._send(sql, values))
        except psycopg.Error as error:
            self._lose(error)
            raise
        self._queue.append(turn)
        if not self._is_sending:
            self._is_sending = True
            self._loop.call_soon(self._sync)
        return await turn.told

    async def retire(self, at_end: Callable[[], None]) -> None:
        """Closes it, now or once everybody is answered, and says so then."""
        self._broken = True
        self._at_end = at_end
        if self._is_closed:
            at_end()
        elif not self._queue:
            await self.close()

    async def close(self) -> None:
        """Ends the session, and what it runs; who waits is told to ask elsewhere."""
        if self._timer:
            self._timer.cancel()
        try:
            await super().close()
        finally:
            self._empty(HeldUpError())
            if self._at_end and not self._is_closed:
                self._at_end()
            self._is_closed = True

    @property
    def _is_waited_for(self) -> bool:
        return bool(self._queue)

    def _sync(self) -> None:
        """Sends what has come in this turn of the event loop."""
        self._is_sending = False
        if not self._is_watched:
            return
        try:
            self._pg.pipeline_sync()
            self._queue.append(None)
            self._flush()
        except psycopg.Error as error:
            self._lose(error)
        if self._timer is None:
            self._looked = self._loop.time()
            self._timer = self._loop.call_later(_PATIENCE, self._look)

    def _collect(self) -> None:
        while self._queue and (result := self._next()) is not None:
            self._take(result)
        if self._broken and not self._queue:
            self._end()

    def _take(self, result: PGresult) -> None:
        self._came += 1
        self._held_up_since = None
        turn = self._queue[0]
        status = result.status  # else it tells that a statement was prepared, or not run
        if status == _ROWS and turn is not None:
            if turn.take(self._read(result, turn.names[len(turn.results)])):
                self._queue.popleft()
        elif status == _ERROR and turn is not None:
            turn.error = self._failed(result)
        elif status == _SYNC:
            while (left := self._queue.popleft()) is not None:
                left.fail(HeldUpError())  # it failed, or was not run since one before it did

    def _stands_alone(self, asked: Sequence[Asked]) -> bool:
        now = self._loop.time()
        self._alone = {sql: until for sql, until in self._alone.items() if until > now}
        return any(each.sql in self._alone for each in asked)

    def _look(self) -> None:
        """Whether anything has come since the last look; else who waits behind is sent away."""
        self._timer = None
        self._readable()  # what came while this process was busy is there, and only to be taken
        came, now = self._came - self._came_before, self._loop.time()
        self.delay = len(self._queue) * (now - self._looked) / came if came else 0.0
        if not self._queue:
            return
        self._looked = now
        self._timer = self._loop.call_later(_PATIENCE, self._look)
        if self._came == self._came_before:
            self._hold_up()
        self._came_before = self._came

    def _hold_up(self) -> None:
        now = self._loop.time()
        since = self._held_up_since = self._held_up_since or now
        waiting = [turn for turn in self._queue if turn is not None]
        for turn in waiting[1:]:
            turn.fail(HeldUpError())
        for turn in waiting[:1]:
            self._alone.update((each.sql, now + _ALONE_SECONDS) for each in turn.asked)
            if now - since > self._seconds:
                turn.fail(TimeoutError())
        if all(turn.told.done() for turn in waiting):  # nobody waits any longer
            self._broken = True
            self._end()

    def _tell_lost(self, error: psycopg.Error) -> None:
        self._empty(error)
        self._end()

    def _empty(self, error: Exception) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if turn is not None:
                turn.fail(error)

    def _end(self) -> None:
        if self._closing is None:
            self._closing = self._loop.create_task(self.close())
