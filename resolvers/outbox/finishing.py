"""In charge of the end of changes of both stores that Postgres has: it comes, whoever waits for it.

What this process cannot end, since MongoDB is away or it dies, is left to the courier of one.
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack
from contextvars import Context
from typing import Final

from catalog.ending import ended
from datasources.errors import StoreError
from resolvers.errors import ParkedError, PendingError, UndoneError
from resolvers.outbox.changes import Outbox, Refusal
from resolvers.outbox.intents import Intent
from telemetry import logger
from telemetry.counts import count_two_stores

PATIENCE: Final = 10.0
"""For how many seconds a request waits for MongoDB to have its part."""

_PAUSES: Final = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0)
"""Before each try to settle what became of a commit that failed, in seconds."""

_log = logger("outbox")


class Finishing:
    """What ends them; ``waits`` says whether requests are answered only after that."""

    def __init__(self, outbox: Outbox, *, waits: bool = True, patience: float = PATIENCE) -> None:
        self.outbox = outbox
        self.waits = waits
        self._patience = patience
        self._tasks = set[asyncio.Task[Refusal | None]]()
        self._made = set[uuid.UUID]()
        self._removing: asyncio.Task[None] | None = None

    async def finished(self, intent: Intent, ending: AsyncExitStack) -> None:
        """Ends MongoDB's transaction, by which it has its part, or has it otherwise.

        Raises ``UndoneError`` and ``ParkedError``, and ``PendingError`` if it takes too long. It
        goes on if who waits for it is cancelled.
        """
        task = asyncio.create_task(self._finished(intent, ending), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._heard)
        if not self.waits:
            return
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            raise PendingError
        if refusal := task.result():
            raise UndoneError(refusal.change, refusal.error, intent.undoing)

    async def close(self) -> None:
        """Gives what is under way some time; the courier ends what needs more."""
        tasks = {*self._tasks, *([self._removing] if self._removing else [])}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._patience)
            await ended(late)

    async def _finished(self, intent: Intent, ending: AsyncExitStack) -> Refusal | None:
        try:
            await ending.aclose()
        except StoreError:
            return await self._settled(intent)
        count_two_stores("made")
        self._made.add(intent.id)
        if self._removing is None:
            self._removing = asyncio.create_task(self._remove())
        return None

    async def _settled(self, intent: Intent) -> Refusal | None:
        """The outbox's word on it. Raises ``PendingError`` if there is none to be had."""
        failure: StoreError | None = None
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            try:
                return await self.outbox.settle(intent)
            except StoreError as error:
                failure = error
        raise PendingError from failure

    async def _remove(self) -> None:
        """Removes the rows of what is made; several that came meanwhile by one statement."""
        try:
            while self._made:
                made, self._made = self._made, set[uuid.UUID]()
                await self.outbox.remove(made)
        except StoreError:
            return  # who takes them up later will find that nothing is left to do
        finally:
            self._removing = None

    def _heard(self, task: asyncio.Task[Refusal | None]) -> None:
        """Takes note of how it ended, which may concern nobody any more."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, PendingError | ParkedError):
            _log.error("outbox_failed", exc_info=error)
