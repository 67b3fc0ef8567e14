"""In charge of one transaction in memory: changes that only its own reads see, until it ends."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence

from catalog.change import Change, Changed
from catalog.entity import Entity, Store
from catalog.query import Answer, Key, Read, Readable
from catalog.summary import Summary
from catalog.templates import Ask
from datasources.memory.changes import changed
from datasources.memory.tables import Row, Tables
from datasources.turns import Turns


class MemoryTransaction:
    """A ``Transaction`` whose changed rows are put into ``working``, by the table's entity.

    ``reading`` and ``tables`` see what is there.
    """

    policy = ""

    def __init__(
        self, reading: Readable, tables: Tables, working: MutableMapping[str, Sequence[Row]]
    ) -> None:
        self.store: Store = reading.store
        self._reading = reading
        self._tables = tables
        self._working = working
        self._turns = Turns(self.store.value)

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """As of any source."""
        async with self._turns.turn():
            return await self._reading.read(reads)

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        async with self._turns.turn():
            return await self._reading.run(asks)

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """Exactly how many rows each has."""
        return await self._reading.sizes(entities)

    async def change(self, change: Change) -> Changed:
        """Makes the change."""
        async with self._turns.turn():
            rows, came = changed(self._tables, change)
            self._working[self._tables.table(change.entity)] = rows
            return came

    def check(self) -> None:
        """Raises the failure of what was asked, if anything failed."""
        self._turns.check()
