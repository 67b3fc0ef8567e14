"""In charge of the turns in a transaction: one thing after the other, nothing after an error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from datasources.errors import StoreError


class Turns:
    """The turns of one transaction; ``failure`` is what ended it too early, if anything did."""

    def __init__(self, store: str) -> None:
        self.failure: StoreError | None = None
        self._store = store
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Waits for whatever else is under way. Raises the failure, if there was one."""
        async with self._lock:
            self.check()
            try:
                yield
            except StoreError as error:
                self.failure = error
                raise
            except BaseException:
                self.failure = StoreError(self._store, "The transaction was given up.")
                raise

    def check(self) -> None:
        """Raises the failure, if there was one."""
        if self.failure is not None:
            raise self.failure
