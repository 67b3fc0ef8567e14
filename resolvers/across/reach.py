"""In charge of filters that reach into the other store: keys stand in for what it has to say.

Before a read is sent, each relation into the other store becomes "the link's fields hold one of
these keys", and the keys are those of the rows that match over there:

    some   the keys of rows that match          every   not the keys of rows that do not match
    none   not the keys of rows that match

The target is asked first: which keys match? Unless the source is estimated to be much smaller, or
the target is asked for all its rows: then the source is asked which keys the conditions beside the
relation leave, and the target which of these match. If one side has too many keys, the other is
asked; if both have, the filter is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, assert_never, cast

from catalog.entity import Catalog, Entity, Store
from catalog.filters import all_of, is_ordered_across, leads_across, reaches
from catalog.query import (
    ALWAYS,
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Key,
    Not,
    Or,
    Order,
    Quantifier,
    Read,
    Readable,
    Related,
    Searched,
)
from catalog.routine import Call
from catalog.summary import Summary
from resolvers.across.keys import KeyReader, among, together
from resolvers.across.places import placed
from resolvers.across.sizes import Sizes
from resolvers.errors import ReachError

MOST_KEYS = 10_000
_KEY_COST = 10
"""What it costs to look for a row by its key, in rows that are read one after the other."""

Beside = tuple[Filter, ...]
"""Conditions that hold of every row in question: what stands in place of a relation is exact for
these rows, and says nothing of others.
"""

Replace = Callable[[Entity, Related, Beside, Call | None], Awaitable[Filter]]
"""What takes the place of a relation of an entity, or of a call's rows, into the other store."""

_Reading = TypeVar("_Reading", Read, Summary, Read | Summary)


class Reach:
    """Makes filters that one store alone can answer; for one request, where it asks nothing twice.

    ``most_keys`` bounds the keys that are read for one relation; ``sizes`` say which side to ask.
    """

    def __init__(
        self,
        catalog: Catalog,
        sources: Mapping[Store, Readable],
        most_keys: int = MOST_KEYS,
        sizes: Sizes | None = None,
    ) -> None:
        self.catalog = catalog
        self._sizes = sizes
        self.keys = KeyReader(sources, most_keys)
        self._values: dict[tuple[Any, ...], dict[Key, Any]] = {}
        self._known: dict[tuple[Entity, Filter, Beside, Call | None], Filter | ReachError] = {}

    async def within(self, read: _Reading, keys: Sequence[Key] = ()) -> _Reading:
        """The read, answerable by its store alone; ``keys`` are those that its batch will hold.

        Raises ``ReachError`` and ``StoreError``.
        """
        if not leads_across(read):
            return read
        if self._sizes:
            await self._sizes.ready()
        beside: Beside = ()
        if read.batch and keys:
            read = replace(read, batch=replace(read.batch, keys=tuple(keys)))
        if read.batch and not read.batch.through and 0 < len(keys) <= self.keys.most:
            beside = (among(read.batch.fields, keys),)
        filter_ = await self._resolved(read.entity, read.filter, beside, read.call)
        near = replace(read, filter=filter_)
        if not is_ordered_across(read):
            return near
        return cast("_Reading", await placed(self, cast("Read", near), beside))

    def value(self, order: Order, key: Key) -> Any:
        """What an order looks at in the other store, where it was read for this request."""
        return self._values.get(_beyond(order), {}).get(key)

    def remember(self, order: Order, values: Mapping[Key, Any]) -> None:
        """Keeps what an order looks at, by the keys that lead there: cursors hold it."""
        self._values.setdefault(_beyond(order), {}).update(values)

    async def _resolved(
        self, entity: Entity, filter_: Filter, beside: Beside = (), call: Call | None = None
    ) -> Filter:
        """The filter without relations into the other store, exact for the rows ``beside``."""
        asked = (entity, filter_, beside, call)
        if asked not in self._known:
            try:
                first, then = self._by_target_first, self._by_source
                nearer = await self.replaced(entity, filter_, beside, first, call)
                near = await self.replaced(entity, nearer, beside, then, call)
                self._known[asked] = near
            except ReachError as error:
                self._known[asked] = error
        known = self._known[asked]
        if isinstance(known, ReachError):
            raise known
        return known

    async def replaced(
        self,
        entity: Entity,
        filter_: Filter,
        beside: Beside,
        replace_: Replace,
        call: Call | None = None,
    ) -> Filter:
        """The filter with each relation into the other store replaced, all at the same time."""
        if not reaches(filter_):
            return filter_
        match filter_:
            case And(filters):
                near = [part for part in filters if not reaches(part)]
                beside = (*beside, *(part for part in near if part != ALWAYS))
                parts = (self.replaced(entity, each, beside, replace_, call) for each in filters)
                return And(tuple(await together(parts)))
            case Or(filters):
                parts = (self.replaced(entity, each, beside, replace_, call) for each in filters)
                return Or(tuple(await together(parts)))
            case Not(inner):
                return Not(await self.replaced(entity, inner, beside, replace_, call))
            case Related(relation, quantifier, inner) if not relation.cross_store:
                target = self.catalog[relation.target]
                nearer = await self.replaced(target, inner, (), replace_)
                return Related(relation, quantifier, nearer)
            case Related():
                return await replace_(entity, filter_, beside, call)
            case Compare() | IsNull() | Searched() | Elements() | Among():
                return filter_
            case _:
                assert_never(filter_)

    def rows(self, entity: Entity, filter_: Filter) -> float | None:
        """About how many rows match, if that is known."""
        return self._sizes.rows(entity, filter_) if self._sizes else None

    def is_for_source(
        self, source: Entity, across: Related, own: Filter, call: Call | None
    ) -> bool:
        """Whether to ask the source first, of whose rows ``own`` is true."""
        target, decisive = self.catalog[across.relation.target], sought(across)
        if (call or own != ALWAYS) and decisive == ALWAYS:
            return True
        if call:
            return False  # nobody knows how many rows it gives
        if not target.is_key(across.relation.target_fields):
            return False  # what is asked of one key may be a question about very many rows
        rows, others = self.rows(source, own), self.rows(target, decisive)
        return rows is not None and others is not None and rows * _KEY_COST < others

    async def _by_target_first(
        self, source: Entity, across: Related, beside: Beside, call: Call | None
    ) -> Filter:
        """As the target's keys say; as it was where the source should be, or has to be, asked."""
        if self.is_for_source(source, across, all_of(beside), call):
            return across
        try:
            return await self._by_target(across)
        except ReachError:
            return across

    async def _by_target(self, across: Related) -> Filter:
        target = self.catalog[across.relation.target]
        decisive = await self._resolved(target, sought(across))
        keys = await self.keys.held(target, across.relation.target_fields, decisive)
        if keys is None:
            raise self._refusal(across)
        return _held(across, keys)

    async def _by_source(
        self, source: Entity, across: Related, beside: Beside, call: Call | None
    ) -> Filter:
        relation = across.relation
        own = await self.keys.possible(source, relation.source_fields, all_of(beside), call)
        if own is None:
            return await self._by_target(across)  # which refuses, if it was asked before
        return await self.among_keys(across, own)

    async def among_keys(self, across: Related, own: Sequence[Key]) -> Filter:
        """As the target says of these keys; exact for rows that hold one of them, or none."""
        relation, target = across.relation, self.catalog[across.relation.target]
        beside = (among(relation.target_fields, own),)
        decisive = await self._resolved(target, sought(across), beside)
        found = await self.keys.found(target, relation.target_fields, tuple(own), decisive)
        return _held(across, found)

    def _refusal(self, across: Related) -> ReachError:
        relation = across.relation
        message = (
            f"The filter {relation.api!r} of {relation.source} reaches too far into the other"
            f" store: more than {self.keys.most} keys of {relation.target} are in question."
        )
        hint = (
            f"Add conditions on the {relation.source} beside it, or on the {relation.target}"
            " inside it; or raise MAX_REACH_KEYS."
        )
        return ReachError(message, self.keys.most, hint=hint)


def _beyond(order: Order) -> tuple[Any, ...]:
    return order.relations[order.steps_near :], order.path


def sought(across: Related) -> Filter:
    """What to look for among the related rows: a match, or for EVERY a row that does not."""
    every = across.quantifier is Quantifier.EVERY
    return Not(across.filter) if every else across.filter


def _held(across: Related, keys: Sequence[Key]) -> Filter:
    found = among(across.relation.source_fields, keys)
    return found if across.quantifier is Quantifier.SOME else Not(found)
