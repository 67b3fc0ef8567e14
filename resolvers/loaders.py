"""In charge of batches within one request: what many rows ask of one store goes there at once.

All hops that start in the same turn of the event loop become one call of their store. Before it,
the cache is asked for the hops that may be cached; after it, the cache is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeVar

from strawberry.dataloader import DataLoader

from catalog.entity import Catalog, Entity, Store
from catalog.query import Answer, DataSource, Key, Read
from catalog.templates import Ask, Template
from datasources.errors import StoreError
from datasources.redis import Cache
from resolvers.entries import entry_names, packed, unpacked

Answers = Mapping[Key, Answer]
T = TypeVar("T")
_Shape = tuple[Template, tuple[Any, ...]]
"""A read without its keys."""


class _Request(NamedTuple):
    ask: Ask
    ttl: float


@dataclass(slots=True)
class _Batch:
    """The keys that one call asks of one read, and their answers as they come in."""

    ask: Ask
    ttl: float
    keys: dict[Key, None] = field(default_factory=dict[Key, None])
    answers: dict[Key, Answer] = field(default_factory=dict[Key, Answer])

    @property
    def read(self) -> Read:
        """What is asked, without its values."""
        return self.ask.template.read

    @property
    def empty(self) -> Answer:
        """What a key without rows is answered with."""
        return Answer(total=0 if self.read.total else None)

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
        self._sources = sources
        self._known: dict[_Shape, dict[Key, Answer]] = {}
        self._failed: dict[Ask, StoreError] = {}
        self._loaders: dict[Store, DataLoader[_Request, Answers]] = {}

    async def root(self, ask: Ask) -> Answer:
        """The answer of a plain read; asked again, it is the same one. Raises ``StoreError``."""
        known = self._known.setdefault(ask[:2], {})
        if () not in known:
            source = self._sources[ask.template.read.entity.store]
            (answers,) = await self._remembered(ask, source.run([ask]))
            known[()] = answers[()]
        return known[()]

    async def load(self, ask: Ask, *, cached: bool) -> Answers:
        """The answers of a batched read for its keys; every key has one, if an empty one.

        Raises ``StoreError``.
        """
        known = self._known.setdefault(ask[:2], {})
        missing = tuple(key for key in dict.fromkeys(ask.keys) if key not in known)
        if missing:
            entity, asked = ask.template.read.entity, ask._replace(keys=missing)
            request = _Request(asked, self._ttl(entity) if cached else 0)
            loading = self._loader(entity.store).load(request)
            known.update(await self._remembered(asked, loading))
        return known

    def forget(self) -> None:
        """Lets go of what was loaded: the request is over.

        The loaders and this hold each other, so that otherwise rows would stay until Python next
        looks for cycles.
        """
        self._known.clear()
        self._failed.clear()
        self._loaders.clear()

    def _loader(self, store: Store) -> DataLoader[_Request, Answers]:
        if store not in self._loaders:
            load = partial(self._load, self._sources[store])
            self._loaders[store] = DataLoader(load, cache=False)
        return self._loaders[store]

    async def _remembered(self, ask: Ask, answers: Awaitable[T]) -> T:
        """The answers; what failed is not tried again within a request."""
        if ask in self._failed:
            close = getattr(answers, "close", None)
            if close:
                close()
            raise self._failed[ask]
        try:
            return await answers
        except StoreError as error:
            self._failed[ask] = error
            raise

    def _ttl(self, entity: Entity) -> float:
        return self._default_ttl if entity.cache_ttl is None else entity.cache_ttl

    async def _load(self, source: DataSource, requests: list[_Request]) -> list[Answers]:
        batches = _merged(requests)
        await self._ask_cache(batches)
        asked = [(batch, missing) for batch in batches if (missing := batch.missing())]
        if asked:
            found = await source.run([batch.ask._replace(keys=missing) for batch, missing in asked])
            for (batch, missing), answers in zip(asked, found, strict=True):
                self._keep(batch, {key: answers.get(key, batch.empty) for key in missing})
        by_shape = {batch.ask[:2]: batch.answers for batch in batches}
        return [by_shape[request.ask[:2]] for request in requests]

    async def _ask_cache(self, batches: list[_Batch]) -> None:
        """Fills in what the cache holds, in one call."""
        asked = [(batch, key) for batch in batches if batch.ttl > 0 for key in batch.keys]
        if not asked:
            return
        names = [
            name for batch in batches if batch.ttl > 0 for name in self._names(batch, batch.keys)
        ]
        for (batch, key), content in zip(asked, await self._cache.get_many(names), strict=True):
            # Whatever does not decode was not written by this version: a miss.
            if content is not None:
                with suppress(ValueError):
                    batch.answers[key] = unpacked(self._catalog, batch.read, content)

    def _keep(self, batch: _Batch, answers: Answers) -> None:
        batch.answers.update(answers)
        if batch.ttl <= 0:
            return
        contents = [packed(self._catalog, batch.read, answer) for answer in answers.values()]
        named = zip(self._names(batch, answers), contents, strict=True)
        self._cache.set_many({name: kept for name, kept in named if kept is not None}, batch.ttl)

    def _names(self, batch: _Batch, keys: Iterable[Key]) -> list[str]:
        return entry_names(self._catalog, batch.ask, keys)


def _merged(requests: list[_Request]) -> list[_Batch]:
    """The requests for the same read become one batch of all their keys."""
    batches: dict[_Shape, _Batch] = {}
    for request in requests:
        batch = batches.setdefault(request.ask[:2], _Batch(request.ask, request.ttl))
        batch.keys.update(dict.fromkeys(request.ask.keys))
    return list(batches.values())
