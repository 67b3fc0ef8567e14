"""In charge of batches within one request: what many rows ask of one store goes there at once.

All hops that start in the same turn of the event loop become one call of their store. Before it,
the cache is asked for the hops that may be cached; after it, the cache is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeVar

from strawberry.dataloader import DataLoader

from catalog.entity import Catalog, Entity, Store
from catalog.query import Answer, DataSource, Key, Read
from catalog.summary import Summary
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
    def read(self) -> Read | Summary:
        """What is asked, without its values."""
        return self.ask.template.read

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
        self._sources = sources
        self._known: dict[_Shape, dict[Key, Answer]] = {}
        self._failed: dict[Ask, StoreError] = {}
        self._loaders: dict[Store, DataLoader[_Request, Answers]] = {}

    async def roots(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers of plain reads of one store, in one call; asked again, they are the same.

        Raises ``StoreError``.
        """
        known = [self._answers(ask) for ask in asks]
        missing = [ask for ask, answers in zip(asks, known, strict=True) if not answers]
        if missing:
            source = self._sources[missing[0].template.read.entity.store]
            found = await self._remembered(missing, source.run)
            for ask, answers in zip(missing, found, strict=True):
                self._answers(ask).update(answers)
        return [answers[()] for answers in known]

    async def load(self, ask: Ask, *, cached: bool = False) -> Answers:
        """The answers of a batched read for its keys; every key has one, if an empty one.

        Raises ``StoreError``.
        """
        read = ask.template.read
        if read.is_idle:
            return dict.fromkeys(ask.keys, read.nothing)
        known = self._answers(ask)
        missing = tuple(key for key in dict.fromkeys(ask.keys) if key not in known)
        if missing:
            asked = ask._replace(keys=missing)
            request = _Request(asked, self._ttl(read.entity) if cached else 0)
            loader = self._loader(read.entity.store)
            known.update(await self._remembered([asked], lambda _: loader.load(request)))
        return known

    def forget(self) -> None:
        """Lets go of what was loaded: the request is over.

        The loaders and this hold each other, so that otherwise rows would stay until Python next
        looks for cycles.
        """
        self._known.clear()
        self._failed.clear()
        self._loaders.clear()

    def _answers(self, ask: Ask) -> dict[Key, Answer]:
        return self._known.setdefault(ask[:2], {})

    async def _remembered(
        self, asks: Sequence[Ask], start: Callable[[Sequence[Ask]], Awaitable[T]]
    ) -> T:
        """What the call gives; what failed is not tried again within a request."""
        if self._failed:
            for ask in asks:
                if ask in self._failed:
                    raise self._failed[ask]
        try:
            return await start(asks)
        except StoreError as error:
            self._failed.update(dict.fromkeys(asks, error))
            raise

    def _loader(self, store: Store) -> DataLoader[_Request, Answers]:
        if store not in self._loaders:
            load = partial(self._load, self._sources[store])
            self._loaders[store] = DataLoader(load, cache=False)
        return self._loaders[store]

    def _ttl(self, entity: Entity) -> float:
        return self._default_ttl if entity.cache_ttl is None else entity.cache_ttl

    async def _load(self, source: DataSource, requests: list[_Request]) -> list[Answers]:
        batches = _merged(requests)
        await self._ask_cache(batches)
        asked = [(batch, missing) for batch in batches if (missing := batch.missing())]
        if asked:
            found = await source.run([batch.ask._replace(keys=missing) for batch, missing in asked])
            for (batch, missing), answers in zip(asked, found, strict=True):
                nothing = batch.read.nothing
                self._keep(batch, {key: answers.get(key, nothing) for key in missing})
        by_shape = {batch.ask[:2]: batch.answers for batch in batches}
        return [by_shape[request.ask[:2]] for request in requests]

    async def _ask_cache(self, batches: list[_Batch]) -> None:
        """Fills in what the cache holds, in one call."""
        kept = [(batch, read) for batch in batches if (read := batch.kept)]
        if not kept:
            return
        asked = [(batch, read, key) for batch, read in kept for key in batch.keys]
        names = [name for batch, _ in kept for name in self._names(batch, batch.keys)]
        contents = await self._cache.get_many(names)
        for (batch, read, key), content in zip(asked, contents, strict=True):
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
