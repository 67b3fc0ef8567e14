"""In charge of filters that reach into the other store: keys stand in for what it has to say.

Before a read is sent, each relation into the other store becomes "the link's fields hold one of
these keys", and the keys are those of the rows that match over there:

    some   the keys of rows that match          every   not the keys of rows that do not match
    none   not the keys of rows that match

The target is asked first, unless it is asked for all its rows while the source is not. If it has
too many keys, the source is asked which keys the conditions beside the relation leave, and then
the target which of those match. If these are too many as well, the filter is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, assert_never

from catalog.entity import Catalog, Entity, Store
from catalog.query import (
    ALWAYS,
    Among,
    And,
    Compare,
    DataSource,
    Elements,
    Filter,
    IsNull,
    Key,
    Not,
    Operator,
    Or,
    Quantifier,
    Read,
    Related,
    Searched,
)
from catalog.summary import Summary
from resolvers.arguments import all_of
from resolvers.errors import ReachError
from resolvers.keys import KeyReader

MOST_KEYS = 10_000

Beside = tuple[Filter, ...]
"""Conditions that hold of every row in question: what stands in place of a relation is exact for
these rows, and says nothing of others.
"""

_Replace = Callable[[Entity, Related, Beside], Awaitable[Filter]]
_T = TypeVar("_T")
_Reading = TypeVar("_Reading", Read, Summary, Read | Summary)


def reaches(filter_: Filter) -> bool:
    """Whether a filter reaches into the other store."""
    match filter_:
        case And(filters) | Or(filters):
            return any(map(reaches, filters))
        case Not(inner):
            return reaches(inner)
        case Related(relation, _, inner):
            return relation.cross_store or reaches(inner)
        case Compare() | IsNull() | Searched() | Elements() | Among():
            return False
        case _:
            assert_never(filter_)


class Reach:
    """Makes filters that one store alone can answer; for one request, where it asks nothing twice.

    ``most_keys`` bounds the keys that are read for one relation.
    """

    def __init__(
        self, catalog: Catalog, sources: Mapping[Store, DataSource], most_keys: int = MOST_KEYS
    ) -> None:
        self._catalog = catalog
        self._keys = KeyReader(sources, most_keys)
        self._known: dict[tuple[Entity, Filter, Beside], Filter | ReachError] = {}

    async def within(self, read: _Reading, keys: Sequence[Key] = ()) -> _Reading:
        """The read, answerable by its store alone; ``keys`` are those that its batch will hold.

        Raises ``ReachError`` and ``StoreError``.
        """
        if not reaches(read.filter):
            return read
        beside: Beside = ()
        if read.batch and not read.batch.through and 0 < len(keys) <= self._keys.most:
            beside = (_among(read.batch.fields, keys),)
        return replace(read, filter=await self._resolved(read.entity, read.filter, beside))

    async def _resolved(self, entity: Entity, filter_: Filter, beside: Beside = ()) -> Filter:
        """The filter without relations into the other store, exact for the rows ``beside``."""
        asked = (entity, filter_, beside)
        if asked not in self._known:
            try:
                nearer = await self._replaced(entity, filter_, beside, self._by_target_first)
                near = await self._replaced(entity, nearer, beside, self._by_source)
                self._known[asked] = near
            except ReachError as error:
                self._known[asked] = error
        known = self._known[asked]
        if isinstance(known, ReachError):
            raise known
        return known

    async def _replaced(
        self, entity: Entity, filter_: Filter, beside: Beside, replace_: _Replace
    ) -> Filter:
        """The filter with each relation into the other store replaced, all at the same time."""
        if not reaches(filter_):
            return filter_
        match filter_:
            case And(filters):
                near = [part for part in filters if not reaches(part)]
                beside = (*beside, *(part for part in near if part != ALWAYS))
                parts = (self._replaced(entity, each, beside, replace_) for each in filters)
                return And(tuple(await _all(parts)))
            case Or(filters):
                parts = (self._replaced(entity, each, beside, replace_) for each in filters)
                return Or(tuple(await _all(parts)))
            case Not(inner):
                return Not(await self._replaced(entity, inner, beside, replace_))
            case Related(relation, quantifier, inner) if not relation.cross_store:
                target = self._catalog[relation.target]
                return Related(relation, quantifier, await self._resolved(target, inner))
            case Related():
                return await replace_(entity, filter_, beside)
            case Compare() | IsNull() | Searched() | Elements() | Among():
                return filter_
            case _:
                assert_never(filter_)

    async def _by_target_first(self, _source: Entity, across: Related, beside: Beside) -> Filter:
        """As the target's keys say; as it was where the source should be, or has to be, asked."""
        if beside and _decisive(across) == ALWAYS:
            return across
        try:
            return await self._by_target(across)
        except ReachError:
            return across

    async def _by_target(self, across: Related) -> Filter:
        target = self._catalog[across.relation.target]
        decisive = await self._resolved(target, _decisive(across))
        keys = await self._keys.held(target, across.relation.target_fields, decisive)
        if keys is None:
            raise self._refusal(across)
        return _held(across, keys)

    async def _by_source(self, source: Entity, across: Related, beside: Beside) -> Filter:
        relation, target = across.relation, self._catalog[across.relation.target]
        own = await self._keys.held(source, relation.source_fields, all_of(beside))
        if own is None:
            return await self._by_target(across)  # which refuses, if it was asked before
        beside = (_among(relation.target_fields, own),)
        decisive = await self._resolved(target, _decisive(across), beside)
        return _held(across, await self._keys.found(target, relation.target_fields, own, decisive))

    def _refusal(self, across: Related) -> ReachError:
        relation = across.relation
        message = (
            f"The filter {relation.api!r} of {relation.source} reaches too far into the other"
            f" store: more than {self._keys.most} keys of {relation.target} are in question."
        )
        hint = (
            f"Add conditions on the {relation.source} beside it, or on the {relation.target}"
            " inside it; or raise MAX_REACH_KEYS."
        )
        return ReachError(message, hint=hint)


def _decisive(across: Related) -> Filter:
    """What to look for among the related rows: a match, or for EVERY a row that does not."""
    every = across.quantifier is Quantifier.EVERY
    return Not(across.filter) if every else across.filter


def _held(across: Related, keys: Sequence[Key]) -> Filter:
    found = _among(across.relation.source_fields, keys)
    return found if across.quantifier is Quantifier.SOME else Not(found)


def _among(fields: tuple[str, ...], keys: Sequence[Key]) -> Filter:
    if len(fields) > 1:
        return Among(fields, tuple(keys))
    return Compare(fields, Operator.IN, tuple(value for (value,) in keys))


async def _all(parts: Iterable[Awaitable[_T]]) -> list[_T]:
    """The results of all, which run at the same time; once all have ended, the first error."""
    results = await asyncio.gather(*parts, return_exceptions=True)
    done: list[_T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        done.append(result)
    return done
