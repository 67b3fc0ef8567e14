"""In charge of a session that one caller has to itself: all that is asked goes out in one piece."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from datasources.postgres.session import Asked, Result, Session


class Wire(Session):
    """A session; one caller at a time. After a failure or a cancelled wait it is not `usable`."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._results: list[PGresult] = []
        self._waiting: asyncio.Future[None] | None = None
        self._syncs = 0
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        super().__init__(connection)

    async def run(
        self, asked: Sequence[Asked], seconds: float, *, ending: Sequence[Asked] = ()
    ) -> list[Result]:
        """The results of all statements, in one round trip.

        Raises psycopg's errors: of the first that failed, after which none was run, but for those
        of the ``ending``, which are whatever came of the others. Raises TimeoutError if it takes
        longer than ``seconds``.
        """
        self._results = []
        self._waiting = self._loop.create_future()
        self._expect(seconds)
        try:
            self._syncs = 0
            for part in (asked, ending) if ending else (asked,):
                self._send_whole(part)
            self._flush()
            await self._waiting
        except BaseException:
            self._broken = True  # whatever still comes would be taken for the next one's
            if self._is_lost():
                self._unwatch()
            raise
        self._waiting = None
        results, self._results = self._results, []
        return self._told(results)

    @property
    def _is_waited_for(self) -> bool:
        return self._waiting is not None

    async def close(self) -> None:
        """Ends the session, and what it runs."""
        if self._timer is not None:
            self._timer.cancel()
        await super().close()

    def _expect(self, seconds: float) -> None:
        """Sees to it that who waits is told when it took too long.

        A timer stays for the next ones, to whom it comes too early: then it is set anew. To set
        and to cancel one for each would cost more than the rest of sending does.
        """
        self._due = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._due:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None or self._waiting.done():
            return
        if self._loop.time() < self._due:
            self._set_timer()
        else:
            self._waiting.set_exception(TimeoutError())

    def _send_whole(self, asked: Sequence[Asked]) -> None:
        """Statements of which none is run once one has failed."""
        for each in asked:
            self._send(each.sql, [self._sent(value) for value in each.values])
        self._pg.pipeline_sync()
        self._syncs += 1

    def _collect(self) -> None:
        while self._waiting is not None and (result := self._next()) is not None:
            if result.status != ExecStatus.PIPELINE_SYNC:
                self._results.append(result)
                continue
            self._syncs -= 1
            if self._syncs:
                continue
            if not self._waiting.done():
                self._waiting.set_result(None)
            return

    def _tell_lost(self, error: psycopg.Error) -> None:
        if self._waiting is not None and not self._waiting.done():
            failed = [r for r in self._results if r.status == ExecStatus.FATAL_ERROR]
            self._waiting.set_exception(self._failed(failed[0]) if failed else error)

    def _told(self, results: Sequence[PGresult]) -> list[Result]:
        told: list[Result] = []
        for result in results:
            status = result.status
            if status == ExecStatus.FATAL_ERROR:
                raise self._failed(result)
            if status == ExecStatus.TUPLES_OK:  # else a statement was prepared
                told.append(self._read(result))
        return told
