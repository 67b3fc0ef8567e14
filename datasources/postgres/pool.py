"""In charge of connections: at most so many, opened when needed, thrown away when in doubt.

It is not psycopg_pool, since that one opens connections in the background: a caller would wait
out a timeout where the server refuses at once, and wait for the next attempt when it is back.
"""

from __future__ import annotations

import asyncio

import psycopg

from datasources.postgres.failures import unavailable
from datasources.postgres.wire import Wire


class Pool:
    """Up to ``size`` sessions, which commit what they run by itself.

    ``connect_timeout`` bounds the opening of a connection, ``queue_timeout`` the wait for one to
    be free, both in seconds.
    """

    def __init__(
        self, conninfo: str, *, size: int, connect_timeout: float, queue_timeout: float
    ) -> None:
        self._conninfo = conninfo
        self._connect_timeout = connect_timeout
        self._queue_timeout = queue_timeout
        self._idle: list[Wire] = []
        self._free = asyncio.Semaphore(size)
        self._open = True

    async def take(self, *, fresh: bool = False) -> Wire:
        """A connection, to be given back; with ``fresh`` a new one, in place of all that are idle.

        Raises ``StoreUnavailable`` if there is none to be had.
        """
        if not self._open:
            raise unavailable(RuntimeError("the source is closed"))
        await self._queue()
        try:
            if fresh:
                await self._discard_idle()
            return await self._taken()
        except BaseException:
            self._free.release()
            raise

    async def give_back(self, connection: Wire) -> None:
        """Keeps a connection that was taken for the next caller, if it is good for more."""
        try:
            if self._open and connection.usable:
                self._idle.append(connection)
            else:
                await connection.close()
        finally:
            self._free.release()

    async def connect(self, seconds: float) -> Wire:
        """A new connection, which the pool does not count.

        Raises psycopg's errors, and TimeoutError after ``seconds``.
        """
        async with asyncio.timeout(seconds):
            return await Wire.connect(self._conninfo)

    async def close(self) -> None:
        """Closes the idle connections now, and each other one as soon as it is given back."""
        self._open = False
        await self._discard_idle()

    async def _queue(self) -> None:
        try:
            if not self._free.locked():
                await self._free.acquire()  # at once
                return
            async with asyncio.timeout(self._queue_timeout):
                await self._free.acquire()
        except TimeoutError as error:
            raise unavailable(error) from error

    async def _taken(self) -> Wire:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            await connection.close()
        return await self._opened()

    async def _opened(self) -> Wire:
        try:
            return await self.connect(self._connect_timeout)
        except (psycopg.Error, OSError) as error:
            raise unavailable(error) from error

    async def _discard_idle(self) -> None:
        while self._idle:
            await self._idle.pop().close()
