"""In charge of noting what is asked inside of transactions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from catalog.change import Change, Changed, Isolation, Transaction
from catalog.query import Answer, DataSource, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask
from catalog.viewer import Viewer

Asked = Change | Read | Summary


class Noting:
    """A source, or a transaction of one, that notes what is asked inside of transactions."""

    def __init__(self, source: Any, noted: list[Asked]) -> None:
        self.store, self.policy = source.store, source.policy
        self.sizes, self.close, self.ping = source.sizes, source.close, source.ping
        self._source, self._noted = source, noted

    def as_seen_by(self, viewer: Viewer) -> DataSource:
        """The same of that."""
        return Noting(self._source.as_seen_by(viewer), self._noted)

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Of a source, as it does."""
        return await self._source.read(reads)

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """Of a source, as it does."""
        return await self._source.run(asks)

    @asynccontextmanager
    async def begin(self, isolation: Isolation | None = None) -> AsyncGenerator[Transaction]:
        """A transaction that is noted."""
        async with self._source.begin(isolation) as transaction:
            yield NotedTransaction(transaction, self._noted)


class NotedTransaction(Noting):
    """A transaction of which all is noted."""

    def __init__(self, source: Any, noted: list[Asked]) -> None:
        self.store, self.policy, self.sizes = source.store, source.policy, source.sizes
        self._source, self._noted = source, noted

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """Notes the reads."""
        self._noted += (ask.read for ask in asks)
        return await self._source.run(asks)

    async def change(self, change: Change) -> Changed:
        """Notes the change."""
        self._noted.append(change)
        return await self._source.change(change)
