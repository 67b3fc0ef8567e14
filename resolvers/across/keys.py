"""In charge of reading keys: which values some fields hold in the rows that match a filter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from catalog.entity import Entity, Store
from catalog.errors import BigraphError
from catalog.filters import all_of
from catalog.query import (
    Among,
    And,
    Batch,
    Compare,
    Filter,
    IsNull,
    Key,
    Not,
    Operator,
    Read,
    Readable,
)
from catalog.routine import Call
from resolvers.cache.loaders import Answers


class KeyReader:
    """Reads keys for one request: nothing twice, and what starts together as one call of a store.

    ``most`` bounds how many keys are read at a time.
    """

    def __init__(self, sources: Mapping[Store, Readable], most: int) -> None:
        self.most = most
        self._sources = sources
        self._loaders: dict[Store, DataLoader[Read, Answers]] = {}

    async def held(
        self, entity: Entity, fields: tuple[str, ...], filter_: Filter, call: Call | None = None
    ) -> tuple[Key, ...] | None:
        """The distinct values of these fields, none null, in the rows that match.

        With a ``call``, in the rows that it gives. None if there are too many. Raises
        ``StoreError``.
        """
        present = (Not(IsNull((name,))) for name in fields if entity.fields[name].nullable)
        read = Read(
            entity,
            tuple((name,) for name in fields),
            filter=all_of((filter_, *present)),
            limit=self.most + 1,
            distinct=not entity.is_key(fields),
            call=call,
        )
        rows = (await self.answers(read))[()].rows
        if len(rows) > self.most:
            return None
        keys = {tuple(row[name] for name in fields) for row in rows}
        # The same statement, whatever the order of the rows.
        return tuple(sorted(filter(is_whole, keys), key=repr))

    async def possible(
        self, entity: Entity, fields: tuple[str, ...], filter_: Filter, call: Call | None = None
    ) -> tuple[Key, ...] | None:
        """The same, and perhaps more: if the filter names keys, nobody is asked."""
        named = None if call else _named(fields, filter_)  # a call may give much less
        if named is not None and len(named) <= self.most:
            return named
        return await self.held(entity, fields, filter_, call)

    async def answers(self, read: Read) -> Answers:
        """The answers to a read that its store can answer alone. Raises ``StoreError``."""
        return await self._loader(read.entity.store).load(read)

    def _loader(self, store: Store) -> DataLoader[Read, Answers]:
        if store not in self._loaders:
            self._loaders[store] = DataLoader[Read, Answers](self._sources[store].read)
        return self._loaders[store]

    async def found(
        self, entity: Entity, fields: tuple[str, ...], keys: tuple[Key, ...], filter_: Filter
    ) -> list[Key]:
        """Those of the keys for which there is a row that matches. Raises ``StoreError``."""
        paths = tuple((name,) for name in fields)
        read = Read(entity, paths, filter=filter_, limit=1, batch=Batch(fields, keys))
        answers = await self.answers(read)
        return [key for key in keys if key in answers and answers[key].rows]


def is_whole(key: Key) -> bool:
    """False for a key that equals nothing: of null, or of what is not of its model's type."""
    return not any(value is None or isinstance(value, BigraphError) for value in key)


def among(fields: tuple[str, ...], keys: Sequence[Key]) -> Filter:
    """True of the rows whose fields hold one of these keys."""
    if len(fields) > 1:
        return Among(fields, tuple(keys))
    return Compare(fields, Operator.IN, tuple(value for (value,) in keys))


def _named(fields: tuple[str, ...], filter_: Filter) -> tuple[Key, ...] | None:
    """The keys that a filter lets through, if it is plain to see."""
    match filter_:
        case And(filters):
            found = (_named(fields, each) for each in filters)
            return next((keys for keys in found if keys is not None), None)
        case Among(of, keys) if of == fields:
            return tuple(keys)
        case Compare(path, Operator.IN, values) if path == fields:
            return tuple((value,) for value in values)
        case Compare(path, Operator.EQ, value) if path == fields:
            return ((value,),)
        case _:
            return None


_T = TypeVar("_T")


async def together(parts: Iterable[Awaitable[_T]]) -> list[_T]:
    """The results of all, which run at the same time; once all have ended, the first error."""
    results = await asyncio.gather(*parts, return_exceptions=True)
    done: list[_T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        done.append(result)
    return done
