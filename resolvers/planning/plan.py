"""In charge of the third stage: a selection as reads, one for every island of one store.

An island is an entity with the to-one relations of its own store, which one statement joins. Every
to-many relation, and every relation into the other store, is a hop to an island of its own, which
one batch answers for all rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from catalog.entity import Entity, Relation, Store
from catalog.filters import all_of
from catalog.query import ALWAYS, Batch, Filter, Join, Order, Path, Read, Record
from catalog.routine import VALUE, Call
from catalog.searches import is_at_root
from catalog.types import step_to
from resolvers.documents.fields import Place
from resolvers.errors import SearchError
from resolvers.planning.arguments import (
    filter_of,
    orders_of,
)
from resolvers.planning.cursors import check_cursors
from resolvers.planning.needs import Needs
from resolvers.planning.paging import Page, PageLimits, page_of
from resolvers.planning.questions import Question
from resolvers.planning.seen import Seen
from resolvers.planning.selection import Edge, PageSelection, Selection
from resolvers.planning.summaries import Summarized, summarized


@dataclass(frozen=True, slots=True)
class Part:
    """How one object of the answer is made of a record: what is joined to it, what hops off it.

    Where rows are of several kinds, ``kinds`` says it of each, and the rest of all together.
    """

    entity: Entity
    joined: tuple[Joined, ...]
    hops: tuple[Hop, ...]
    kinds: tuple[Part, ...] = ()

    @property
    def is_alone(self) -> bool:
        """Whether it is all of its row, of the one kind there is."""
        return self.entity.kinds is None and not self.joined and not self.hops

    def of(self, record: Record) -> Part | None:
        """The part for this very record; None if it is of no kind that is known and asked for."""
        if self.entity.kinds is None:
            return self
        kind = self.entity.kinds.member(record.get(self.entity.kinds.tag))
        return next((each for each in self.kinds if kind and each.entity.name == kind.name), None)


@dataclass(frozen=True, slots=True)
class Joined:
    """A relation whose record comes inside its parent's."""

    key: str
    place: Place
    relation: Relation
    part: Part


@dataclass(frozen=True)
class Island:
    """One read and what is made of its records; with a ``page``, they are a connection.

    ``summaries`` are read beside it. With ``value`` it is this field of the one record alone.
    What is in a ``later`` part of the answer is another island's, and of more rows than ``at_once``
    relations are followed later.
    """

    read: Read
    part: Part
    page: Page | None = None
    summaries: tuple[Summarized, ...] = ()
    value: str | None = None
    later: Island | None = None
    at_once: int | None = None

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What to ask of the store: the rows, then each of the summaries."""
        reads = (self.read, *(part.summary for part in self.summaries))
        return tuple(Question(read) for read in reads)

    def batched(self, batch: Batch) -> Island:
        """The same for each key of a batch."""
        summaries = tuple(
            replace(part, summary=replace(part.summary, batch=batch)) for part in self.summaries
        )
        read = replace(self.read, batch=batch)
        later = self.later and self.later.batched(batch)
        return replace(self, read=read, summaries=summaries, later=later)


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """A relation followed by keys: from a part's rows to the rows of another island.

    If ``later``, it is in a part of the answer after that of the rows.
    """

    key: str
    place: Place
    relation: Relation
    island: Island
    later: bool = False


_WHERE_MONGO_SEARCHES = (
    "Search once, in where of a root field, beside its other conditions and not inside them."
)


class Planner:
    """Plans selections against the catalog as somebody sees it, within the page limits.

    Raises ``UnauthorizedError`` for an entity of which nothing may be read.
    """

    def __init__(self, catalog: Seen, limits: PageLimits) -> None:
        self.catalog = catalog
        self._limits = limits

    @property
    def most(self) -> int:
        """How many rows a page has at most."""
        return self._limits.most

    def one(self, selection: Selection, filter_: Filter, call: Call | None = None) -> Island:
        """The island for the single row that a filter finds; with a call, of the rows it gives."""
        part, fields, joins = self.part(selection)
        filter_ = all_of((self.catalog.rows(selection.entity), filter_))
        read = Read(selection.entity, fields, joins, filter_, limit=1, call=call)
        return Island(read, part)

    def value(self, call: Call) -> Island:
        """The island for the value that a call gives."""
        entity = call.routine.entity
        read = Read(entity, ((VALUE,),), limit=1, call=call)
        return Island(read, Part(entity, (), ()), value=VALUE)

    def page(
        self, wanted: PageSelection, *, batched: bool = False, call: Call | None = None
    ) -> Island:
        """The island for a connection; ``batched`` says that it will be for the keys of a batch.

        With a ``call``, which is one even then, it is of the rows that this gives. Raises
        ``InputError``.
        """
        wanted = wanted.together() if call else wanted
        entity, arguments = wanted.node.entity, wanted.arguments
        where = filter_of(self.catalog, entity, arguments.get("where"))
        filter_ = all_of((self.catalog.rows(entity), where))
        orders = orders_of(self.catalog, entity, arguments.get("orderBy"), filter_)
        if wanted.cursors:
            check_cursors(orders)
        if entity.store is Store.MONGO and not is_at_root(filter_, batched=batched or bool(call)):
            raise SearchError("MongoDB cannot search here.", hint=_WHERE_MONGO_SEARCHES)
        listed = call.routine.name if call else None
        page = page_of(self.catalog, entity, orders, arguments, self._limits, listed)
        part, fields, joins = self.part(wanted.node, orders if wanted.cursors else ())
        summaries = summarized(self.catalog, entity, filter_, wanted.summaries, self._limits, call)
        rows = wanted.rows or wanted.info
        read = Read(
            entity,
            fields,
            joins,
            filter=filter_,
            after=page.after,
            order=page.read_orders,
            # One row more than the page shows whether another page follows.
            limit=page.size + wanted.info if rows else 0,
            offset=page.offset,
            total=wanted.total,
            call=call,
        )
        later = wanted.later and self.page(wanted.later, batched=batched)
        return Island(read, part, page, summaries, later=later, at_once=wanted.at_once)

    def hop(self, edge: Edge) -> Hop:
        """The hop along a relation; its read is a batch without keys as yet."""
        relation, wanted = edge.relation, edge.wanted
        batch = Batch(relation.target_fields, (), relation.through)
        if isinstance(wanted, PageSelection):
            island = self.page(wanted, batched=True)
        else:
            part, fields, joins = self.part(wanted)
            rows = all_of((self.catalog.rows(wanted.entity), edge.only))
            read = Read(wanted.entity, fields, joins, rows)
            island = Island(read, part)
        return Hop(edge.key, edge.place, relation, island.batched(batch), edge.later)

    def part(
        self, selection: Selection, orders: Iterable[Order] = ()
    ) -> tuple[Part, tuple[Path, ...], tuple[Join, ...]]:
        """The part of a selection, with the fields and joins its record must hold."""
        needs = Needs()
        needs.add(selection.paths)
        followed = _Followed(self, selection.entity, needs)
        kinds = tuple(followed.part(kind) for kind in selection.kinds)
        part = replace(followed.part(selection), kinds=kinds)
        if kinds:
            part = replace(part, joined=followed.joined, hops=followed.hops)
        for order in orders:
            needs.order(order)
        if needs.empty:  # only __typename was asked: whether the row is there is asked of its key
            needs.add((name,) for name in selection.entity.key)
        return part, *needs.collected()

    def joins(self, relation: Relation) -> bool:
        """Whether its row comes with its parent's.

        What is to be kept is read on its own, and so are rows of which only some are seen.
        """
        near = not relation.cross_store and not relation.cache_ttl
        return near and self.catalog.rows(self.catalog[relation.target]) == ALWAYS


class _Followed:
    """How the relations of an island's rows are followed; what kinds of rows share, once for all.

    A relation that only some kinds have is always a hop: most rows have nothing to join.
    """

    def __init__(self, planner: Planner, entity: Entity, needs: Needs) -> None:
        self._planner = planner
        self._entity = entity
        self._needs = needs
        self._found: dict[tuple[Place, Relation], Joined | Hop] = {}

    @property
    def joined(self) -> tuple[Joined, ...]:
        return tuple(each for each in self._found.values() if isinstance(each, Joined))

    @property
    def hops(self) -> tuple[Hop, ...]:
        return tuple(each for each in self._found.values() if isinstance(each, Hop))

    def part(self, selection: Selection) -> Part:
        """The part for rows of the entity, or of one kind of them."""
        found = [self._edge(selection.entity, edge) for edge in selection.edges]
        joined = tuple(each for each in found if isinstance(each, Joined))
        return Part(
            selection.entity, joined, tuple(each for each in found if isinstance(each, Hop))
        )

    def _edge(self, owner: Entity, edge: Edge) -> Joined | Hop:
        shared = self._entity.relations.get(edge.relation.name)
        relation = shared or edge.relation
        place = (edge.place, relation)
        if place not in self._found:
            self._found[place] = self._follow(owner, replace(edge, relation=relation), shared)
        return self._found[place]

    def _follow(self, owner: Entity, edge: Edge, shared: Relation | None) -> Joined | Hop:
        if shared and isinstance(edge.wanted, Selection) and self._planner.joins(edge.relation):
            part, fields, joins = self._planner.part(edge.wanted)
            self._needs.join(edge.relation, fields, joins)
            return Joined(edge.key, edge.place, edge.relation, part)
        for name in edge.relation.source_fields:
            own = () if name in self._entity.fields else (step_to(owner.name),)
            self._needs.add([(*own, name)])
        return self._planner.hop(edge)
