"""In charge of what others left behind in the outbox: one task of each process looks for it."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from datasources.errors import StoreError
from resolvers.errors import ParkedError
from resolvers.outbox.changes import Outbox
from telemetry import logger

EVERY: Final = 5.0
"""Seconds between two looks."""

_SWEEP: Final = 600.0
_log = logger("outbox")


class Courier:
    """Brings what is due to MongoDB, and is silent while it cannot."""

    def __init__(self, outbox: Outbox, *, every: float = EVERY) -> None:
        self._outbox = outbox
        self._every = every
        self._said: str | None = None
        self._swept = time.monotonic()

    async def run(self) -> None:
        """Looks again and again, until it is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Settles all that is due, as far as the stores are there."""
        try:
            # After a failure it is asked quietly first: what is away need not be told again.
            if self._said is not None and await self._outbox.away():
                return
            while rows := await self._outbox.due():
                for row in rows:
                    await self._take_up(row)
            await self._sweep()
        except StoreError as error:
            self._say(error.code)
        except Exception:  # noqa: BLE001 (the next look may do better)
            _log.exception("outbox_failed")
        else:
            self._say(None)

    async def _take_up(self, row: dict[str, object]) -> None:
        try:
            await self._outbox.take_up(row)
        except ParkedError:
            return  # which was told

    async def _sweep(self) -> None:
        if time.monotonic() - self._swept > _SWEEP:
            await self._outbox.sweep()
            self._swept = time.monotonic()

    def _say(self, reason: str | None) -> None:
        """Once for all looks with the same outcome."""
        if reason != self._said:
            _log.info("outbox_waits" if reason else "outbox_goes_on", reason=reason)
        self._said = reason
