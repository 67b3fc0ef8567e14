"""In charge of connections: at most so many, opened when needed, thrown away when in doubt.

It is not psycopg_pool, since that one opens connections in the background: a caller would wait
out a timeout where the server refuses at once, and wait for the next attempt when it is back.
Nor is it a semaphore within a timeout, which takes longer than a small statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final

import psycopg

from datasources.places import USUAL, Places, Queueing
from datasources.postgres.failures import unavailable
from datasources.postgres.shared import Shared
from datasources.postgres.wire import Wire
from telemetry.pools import PoolUse

_OTHERS: Final = 2
"""Places that must be free when one is taken for good: reads that are not quick need some, too."""

_AHEAD_SECONDS: Final = 10.0
"""For how long statements are prepared ahead."""


def _nothing() -> None:
    """A session's place is taken already."""


class Pool:
    """Up to ``size`` sessions, which commit what they run by itself.

    One of them is shared by all quick reads, if there is room for it beside others.

    ``connect_timeout`` bounds the opening of a connection, in seconds, ``queueing`` the wait for
    one to be free.
    """

    def __init__(
        self, conninfo: str, *, size: int, connect_timeout: float, queueing: Queueing = USUAL
    ) -> None:
        self._conninfo = conninfo
        self._foreseen = set[str]()
        self._connect_timeout = connect_timeout
        self._idle: list[Wire] = []
        self._size = size
        self._places = Places("postgres", size, queueing)
        self._shared: Shared | None = None
        self._sharing: asyncio.Future[None] | None = None
        self._closing = set[asyncio.Task[None]]()
        self._open = True

    @property
    def use(self) -> PoolUse:
        """How it is used now; who shares a session uses one together."""
        return PoolUse(
            "postgresql",
            most=self._size,
            used=self._size - self._places.free,
            idle=len(self._idle),
            waiting=self._places.waiting,
        )

    @property
    def delay(self) -> float:
        """About how long a quick read waits for others, in seconds."""
        return self._shared.delay if self._shared else 0.0

    def shared(self) -> Shared | None:
        """The session that quick reads share, if it is there and nothing holds it up."""
        shared = self._shared
        return shared if shared is not None and shared.is_free else None

    async def share(self) -> Shared | None:
        """The same; it is opened if there is none. None as well if that cannot be, whyever.

        Who gets none takes a connection, and is told by that what is wrong.
        """
        known = self._shared
        if (known is not None and known.usable) or self._sharing or not self._open:
            return self.shared()
        if known is not None:
            self._shared = None
            await known.retire(self._places.leave)
        if self._places.free < _OTHERS:
            return None
        self._places.free -= 1
        # Idle ones are open, too: not more than there are places to use them in.
        while len(self._idle) > self._places.free:
            await self._idle.pop().close()
        opened = self._sharing = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._connect_timeout):
                self._shared = await Shared.connect(self._conninfo)
                self._shared.foreseen = self._foreseen
        except (psycopg.Error, OSError):
            return None
        finally:
            self._sharing = None
            opened.set_result(None)
            if self._shared is None:
                self._places.leave()
        return self.shared()

    async def foresee(self, texts: Collection[str], quick: Collection[str]) -> None:
        """Says which statements will come again and again, in place of those before.

        They are prepared in two new sessions, in place of those that the next callers would get:
        the shared one, for those that are ``quick``, and an idle one. Raises nothing if that
        cannot be, or takes long.
        """
        self._foreseen.clear()
        self._foreseen.update(texts)
        with suppress(psycopg.Error, OSError):  # the latter is TimeoutError as well
            async with asyncio.timeout(_AHEAD_SECONDS):
                if quick:
                    await self._share_prepared(quick)
                if texts:
                    await self._keep_prepared(texts)

    async def _share_prepared(self, texts: Collection[str]) -> None:
        known = await self.share()
        if known is None:
            return
        prepared = await Shared.connect(self._conninfo, texts)
        prepared.foreseen = self._foreseen
        if self._shared is not known or not self._open:
            await prepared.close()  # the place was another's meanwhile
            return
        self._shared = prepared
        await known.retire(_nothing)

    async def _keep_prepared(self, texts: Collection[str]) -> None:
        """Puts a session among those that are idle, if there is a place to use it in."""
        prepared = await Wire.connect(self._conninfo, texts)
        prepared.foreseen = self._foreseen
        if not self._open or not self._places.free:
            await prepared.close()
            return
        self._idle.append(prepared)
        while len(self._idle) > self._places.free:
            await self._idle.pop(0).close()

    async def take(self, *, fresh: bool = False) -> Wire:
        """A connection, to be given back; with ``fresh`` a new one, in place of all that are idle.

        Raises ``StoreUnavailable`` if there is none to be had, ``StoreBusy`` if others have them.
        """
        if not self._open:
            raise unavailable(RuntimeError("the source is closed"))
        places = self._places
        if places.free:
            places.free -= 1
        else:
            await places.turn()
        try:
            if fresh:
                await self._discard_idle()
            return await self._taken()
        except BaseException:
            places.leave()
            raise

    async def give_back(self, connection: Wire) -> None:
        """Keeps a connection that was taken for the next caller, if it is good for more.

        Else its place is free once it is closed, for which nobody waits: a server that has frozen
        would take its time.
        """
        if self._open and connection.usable:
            self._idle.append(connection)
            self._places.leave()
            return
        closing = asyncio.create_task(self._end(connection))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def connect(self, seconds: float) -> Wire:
        """A new connection, which the pool does not count.

        Raises psycopg's errors, and TimeoutError after ``seconds``.
        """
        async with asyncio.timeout(seconds):
            wire = await Wire.connect(self._conninfo)
            wire.foreseen = self._foreseen
            return wire

    async def close(self) -> None:
        """Closes the idle connections now, and each other one as soon as it is given back."""
        self._open = False
        await self._discard_idle()
        if self._sharing is not None:
            await self._sharing
        if self._shared is not None:
            await self._shared.retire(self._places.leave)
        if self._closing:
            await asyncio.wait(self._closing)

    async def _end(self, connection: Wire) -> None:
        try:
            await connection.close()
        finally:
            self._places.leave()

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
