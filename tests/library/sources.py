"""In charge of data sources that behave as a test needs, around a real one, and of a cache."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from catalog.change import Isolation, Transaction
from catalog.entity import Entity
from catalog.query import Answer, DataSource, Key, Read, Record
from catalog.summary import Summary
from catalog.templates import Ask
from catalog.viewer import Viewer
from datasources.errors import StoreUnavailable
from datasources.redis import Cache
from telemetry import current, store_span


class CountingSource:
    """Records the reads of every call; each call has a span, as those of the real sources."""

    policy = ""

    def __init__(self, source: DataSource) -> None:
        self.store = source.store
        self.calls: list[Sequence[Read | Summary]] = []
        self._source = source

    def as_seen_by(self, viewer: Viewer) -> CountingSource:  # noqa: ARG002
        """Itself."""
        return self

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """One call, whose answer takes a turn of the loop as it would over a network."""
        self.calls.append(reads)
        system = "postgresql" if self.store.value == "postgres" else "mongodb"
        with store_span(system, "READ", reads[0].entity.table) as call:
            await asyncio.sleep(0)
            answers = await self._source.read(reads)
            call.returned(sum(len(one.rows) for answer in answers for one in answer.values()))
        return answers

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        return await self.read([ask.read for ask in asks])

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """As the source within."""
        return await self._source.sizes(entities)

    def begin(self, isolation: Isolation | None = None) -> AbstractAsyncContextManager[Transaction]:
        """As the source within, uncounted."""
        return self._source.begin(isolation)

    async def ping(self) -> str | None:
        """As the source within."""
        return await self._source.ping()

    async def close(self) -> None:
        """As the source within."""
        await self._source.close()


class DownSource(CountingSource):
    """A store that refuses every connection."""

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Always fails."""
        self.calls.append(reads)
        raise StoreUnavailable(self.store.value, f"{self.store.value} does not answer.")

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:  # noqa: ARG002
        """Always fails."""
        raise StoreUnavailable(self.store.value, f"{self.store.value} does not answer.")

    async def ping(self) -> str | None:
        """The reason."""
        return "connection refused"


class MeetingSource(CountingSource):
    """A store that answers no call, or none for one entity, until others reach the barrier."""

    def __init__(
        self, source: DataSource, barrier: asyncio.Barrier, entity: str | None = None
    ) -> None:
        super().__init__(source)
        self._barrier = barrier
        self._entity = entity

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Waits for the others."""
        if self._entity in (None, reads[0].entity.name):
            async with asyncio.timeout(30):
                await self._barrier.wait()
        return await super().read(reads)


class DictCache(Cache):
    """A cache that never forgets; its content may be spoilt from outside."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.ttls: dict[str, float] = {}

    @property
    def takes(self) -> bool:
        """Always."""
        return True

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """What it has, counted in the tally as Redis would be."""
        found = [self.content.get(key) for key in keys]
        current().cache_hits += len(found) - found.count(None)
        return found

    def set_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """Keeps the items for good, and notes for how long they were to be kept."""
        self.content.update(items)
        self.ttls.update(dict.fromkeys(items, ttl))

    def add_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """Keeps those that are not there."""
        self.set_many({n: c for n, c in items.items() if n not in self.content}, ttl)

    async def put(self, items: Mapping[str, bytes], ttl: float) -> bool:
        """Keeps them."""
        self.set_many(items, ttl)
        return True

    async def ping(self) -> str | None:
        """Always well."""
        return None

    async def drain(self) -> None:
        """Nothing runs."""

    async def close(self) -> None:
        """Nothing is open."""


class DownCache(DictCache):
    """A cache that cannot be reached."""

    async def ping(self) -> str | None:
        """The reason."""
        return "connection refused"


class SpoiltSource(CountingSource):
    """A store that holds values of a wrong type: ``spoil`` puts them into each entity's records."""

    def __init__(self, source: DataSource, spoil: Callable[[str, Record], None]) -> None:
        super().__init__(source)
        self._spoil = spoil

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """What the source within answers, spoilt."""
        answers = await super().read(reads)
        for read, answer in zip(reads, answers, strict=True):
            for record in (record for one in answer.values() for record in one.rows):
                self._spoil(read.entity.name, record)
        return answers
