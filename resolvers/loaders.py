"""In charge of batches within one request: what many rows ask of one store goes there at once.

All hops that start in the same turn of the event loop become one call of their store. Before it,
the cache is asked for the hops that may be cached; after it, the cache is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from strawberry.dataloader import DataLoader

from catalog.entity import Catalog, Entity, Store
from catalog.query import Answer, DataSource, Key, Read
from catalog.summary import Summary
from datasources.redis import Cache
from resolvers.entries import entry_names, packed, unpacked

Answers = Mapping[Key, Answer]


class _Request(NamedTuple):
    read: Read | Summary  # its batch names the fields and holds no keys
    keys: tuple[Key, ...]
    ttl: float


@dataclass(slots=True)
class _Batch:
    """The keys that one call asks of one read, and their answers as they come in."""

    read: Read | Summary
    ttl: float
    keys: dict[Key, None] = field(default_factory=dict[Key, None])
    answers: dict[Key, Answer] = field(default_factory=dict[Key, Answer])

    @property
    def empty(self) -> Answer:
        """What a key without rows is answered with."""
        return self.read.nothing

    @property
    def kept(self) -> Read | None:
        """The read, if the cache may hold its answers; it never holds groups."""
        return self.read if self.ttl > 0 and isinstance(self.read, Read) else None

    def missing(self) -> tuple[Key, ...]:
        """The keys without an answer as yet."""
        return tuple(key for key in self.keys if key not in self.answers)


class Loaders:
    """The loaders of one request, one for each store; what was loaded is not asked again."""

    def __init__(
        self,
        catalog: Catalog,
        sources: Mapping[Store, DataSource],
        cache: Cache,
        default_ttl: float,
    ) -> None:
        self._catalog = catalog
        self._cache = cache
        self._default_ttl = default_ttl
        self._known: dict[Read | Summary, dict[Key, Answer]] = {}
        self._loaders = {
            store: DataLoader[_Request, Answers](partial(self._load, source), cache=False)
            for store, source in sources.items()
        }

    async def load(
        self, read: Read | Summary, keys: Iterable[Key], *, cached: bool = False
    ) -> Answers:
        """The answers of a batched read for these keys; every key has one, if an empty one.

        Raises ``StoreError``.
        """
        if read.is_idle:
            return dict.fromkeys(keys, read.nothing)
        known = self._known.setdefault(read, {})
        missing = tuple(key for key in dict.fromkeys(keys) if key not in known)
        if missing:
            request = _Request(read, missing, self._ttl(read.entity) if cached else 0)
            known.update(await self._loaders[read.entity.store].load(request))
        return known

    def _ttl(self, entity: Entity) -> float:
        return self._default_ttl if entity.cache_ttl is None else entity.cache_ttl

    async def _load(self, source: DataSource, requests: list[_Request]) -> list[Answers]:
        batches = _merged(requests)
        await self._ask_cache(batches)
        asked = [(batch, missing) for batch in batches if (missing := batch.missing())]
        if asked:
            reads = [_keyed(batch.read, missing) for batch, missing in asked]
            for (batch, missing), answers in zip(asked, await source.read(reads), strict=True):
                self._keep(batch, {key: answers.get(key, batch.empty) for key in missing})
        by_read = {batch.read: batch.answers for batch in batches}
        return [by_read[request.read] for request in requests]

    async def _ask_cache(self, batches: list[_Batch]) -> None:
        """Fills in what the cache holds, in one call."""
        asked = [
            (batch, read, key) for batch in batches if (read := batch.kept) for key in batch.keys
        ]
        if not asked:
            return
        names = [
            name
            for batch in batches
            if (read := batch.kept)
            for name in entry_names(self._catalog, read, batch.keys)
        ]
        for (batch, read, key), content in zip(
            asked, await self._cache.get_many(names), strict=True
        ):
            # Whatever does not decode was not written by this version: a miss.
            if content is not None:
                with suppress(ValueError):
                    batch.answers[key] = unpacked(self._catalog, read, content)

    def _keep(self, batch: _Batch, answers: Answers) -> None:
        batch.answers.update(answers)
        read = batch.kept
        if read is None:
            return
        contents = [packed(self._catalog, read, answer) for answer in answers.values()]
        named = zip(entry_names(self._catalog, read, answers), contents, strict=True)
        self._cache.set_many({name: kept for name, kept in named if kept is not None}, batch.ttl)


def _merged(requests: list[_Request]) -> list[_Batch]:
    """The requests for the same read become one batch of all their keys."""
    batches: dict[Read | Summary, _Batch] = {}
    for request in requests:
        batch = batches.setdefault(request.read, _Batch(request.read, request.ttl))
        batch.keys.update(dict.fromkeys(request.keys))
    return list(batches.values())


def _keyed(read: Read | Summary, keys: tuple[Key, ...]) -> Read | Summary:
    assert read.batch is not None  # noqa: S101 (loaders are asked for batches only)
    return replace(read, batch=replace(read.batch, keys=keys))
