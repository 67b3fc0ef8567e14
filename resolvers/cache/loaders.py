"""In charge of batches within one request: what many rows ask of one store goes there at once.

All hops that start in the same turn of the event loop become one call of their store, in front of
which the entity cache stands for those whose answers may be kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from strawberry.dataloader import DataLoader

from catalog.entity import Relation, Store
from catalog.query import Answer, Key, Readable
from catalog.templates import Ask, Template
from datasources.errors import StoreError
from resolvers.cache.batches import Batch
from resolvers.cache.entitycache import EntityCache
from resolvers.cache.kept import Lookup

Answers = Mapping[Key, Answer]
_Shape = tuple[Template, tuple[Any, ...]]
"""A read without its keys."""


class _Request(NamedTuple):
    lookup: Lookup
    keys: tuple[Key, ...]


class Loaders:
    """The loaders of one request, one for each store; what was loaded is not asked again."""

    def __init__(self, sources: Mapping[Store, Readable], cache: EntityCache) -> None:
        self._cache = cache
        self._sources = sources
        self._roots: dict[_Shape, Answer] = {}
        self._known: dict[_Shape, dict[Key, Answer]] = {}
        self._failed: dict[_Shape, StoreError] = {}
        self._loaders: dict[Store, DataLoader[_Request, Answers]] = {}

    async def roots(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers of plain reads of one store, in one call; asked again, they are the same.

        Raises ``StoreError``.
        """
        known = self._roots
        missing = [ask for ask in asks if ask[:2] not in known] if known else asks
        if missing:
            source = self._sources[missing[0].template.read.entity.store]
            if self._failed:
                self._check(missing)
            try:
                found = await source.run(missing)
            except StoreError as error:
                self._note(missing, error)
                raise
            for at, ask in enumerate(missing):
                known[ask[:2]] = found[at][()]
        return [known[ask[:2]] for ask in asks]

    def at_hand(self, ask: Ask, relation: Relation) -> Answers | None:
        """The answers of a batched read along a relation; None if some must be waited for."""
        read = ask.template.read
        if read.is_idle:
            return dict.fromkeys(ask.keys, read.nothing)
        known = self._answers(ask)
        missing: Sequence[Key] = [key for key in ask.keys if key not in known]
        if missing and (ttl := self._cache.ttl_of(relation)):
            source = self._sources[read.entity.store]
            found, missing = self._cache.find(source, self._lookup(ask, ttl), missing)
            known.update(found)
        return None if missing else known

    async def load(self, ask: Ask, relation: Relation | None = None) -> Answers:
        """The answers of a batched read for its keys; every key has one, if an empty one.

        What is found along a ``relation`` may be kept for other requests. Raises ``StoreError``.
        """
        read = ask.template.read
        if read.is_idle:
            return dict.fromkeys(ask.keys, read.nothing)
        known = self.at_hand(ask, relation) if relation else None
        if known is not None:
            return known
        known = self._answers(ask)
        missing = tuple([key for key in dict.fromkeys(ask.keys) if key not in known])
        if missing:
            ttl = self._cache.ttl_of(relation) if relation else 0
            request = _Request(self._lookup(ask, ttl), missing)
            loader = self._loader(read.entity.store)
            if self._failed:
                self._check([ask])
            try:
                known.update(await loader.load(request))
            except StoreError as error:
                self._note([ask], error)
                raise
        return known

    def fail(self, ask: Ask, error: StoreError) -> None:
        """Asked for this, the store would fail as it just did: it is not asked again."""
        self._note([ask], error)

    def forget(self) -> None:
        """Lets go of what was loaded: the request is over.

        The loaders and this hold each other, so that otherwise rows would stay until Python next
        looks for cycles.
        """
        self._roots.clear()
        self._known.clear()
        self._failed.clear()
        self._loaders.clear()

    def _answers(self, ask: Ask) -> dict[Key, Answer]:
        return self._known.setdefault(ask[:2], {})

    def _lookup(self, ask: Ask, ttl: float) -> Lookup:
        source = self._sources[ask.template.read.entity.store]
        return Lookup(ask.template, ask.values, ttl, source.policy)

    def _check(self, asks: Sequence[Ask]) -> None:
        """What failed is not tried again within a request: raises what it failed with."""
        for ask in asks:
            if ask[:2] in self._failed:
                raise self._failed[ask[:2]]

    def _note(self, asks: Sequence[Ask], error: StoreError) -> None:
        self._failed.update(dict.fromkeys([ask[:2] for ask in asks], error))

    def _loader(self, store: Store) -> DataLoader[_Request, Answers]:
        if store not in self._loaders:
            load = partial(self._load, self._sources[store])
            self._loaders[store] = DataLoader(load, cache=False)
        return self._loaders[store]

    async def _load(self, source: Readable, requests: list[_Request]) -> list[Answers]:
        batches: dict[Lookup, Batch] = {}
        for lookup, keys in requests:
            batch = batches.setdefault(lookup, Batch(lookup))
            batch.keys.update(dict.fromkeys(keys))
        await self._cache.load(source, list(batches.values()))
        return [batches[lookup].answers for lookup, _ in requests]
