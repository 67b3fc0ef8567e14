"""In charge of which pages are asked for as lines, and of what JSON has in place of each mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import orjson

from catalog.filters import leads_across
from catalog.flat import FlatReader, Shape
from catalog.lines import CURSOR, MARKS, Inner, Leaf, Line, Listed, Member, Told, listed_in
from catalog.query import Order
from resolvers.completion.forms import (
    Constant,
    Edges,
    Info,
    Linked,
    Nodes,
    ObjectForm,
    PageForm,
    Value,
)
from resolvers.documents.fields import Place
from resolvers.planning.paging import Page
from resolvers.planning.plan import Hop, Island, Joined, Part

FEWEST: Final = 200
"""Values of all pages of a level; with fewer, lines save little here, and take Postgres's time."""
MOST_ALIKE: Final = 50
"""Rows of which several may lead to one page, which is then read for each of them."""

_COMPARED: Final = frozenset({Told.INT, Told.BIGINT, Told.TEXT, Told.UUID})
"""Of these, what another page's rows are found by: equal is equal, whatever their columns' type."""
_CURSORS: Final = frozenset({".startCursor", ".endCursor"})


@dataclass(frozen=True, slots=True)
class Lining:
    """How a page is asked for as lines, and shown.

    ``texts`` stand in JSON for the marks, ``before`` and ``after`` stand around each row. Rows that
    are shown with their cursors have them ahead of their lines, or behind a mark at their end.
    ``readers`` are those of the rows that it was learnt from, and of those inside them.
    """

    member: Nodes | Edges
    line: Line
    texts: dict[str, str]
    before: str
    after: str
    has_cursors: bool
    ahead: bool
    readers: Sequence[FlatReader]


class Below(NamedTuple):
    """Where a hop of a page's rows leads to, and what its rows came with."""

    hop: Hop
    reader: Any
    below: Mapping[Place, Below]


def lining_of(
    form: PageForm,
    island: Island,
    reader: FlatReader,
    below: Mapping[Place, Below],
    rows: int,
) -> Lining | None:
    """How the rows of a level are asked for as lines, if they can be, and if it is worth it.

    Together they are so many at most. What is ``below`` them comes inside their lines, which is
    always worth it: it is not asked for by itself.
    """
    listed = [member for member in form.members if isinstance(member, Nodes | Edges)]
    if len(listed) != 1 or island.page is None:
        return None
    try:
        lining = _lining(listed[0], form, island.page, _Writer(reader, rows, below, island.part))
    except _NotLinedError:
        return None
    members = lining.line.members
    return lining if any(listed_in(members)) or rows * _values(members) >= FEWEST else None


class _NotLinedError(Exception):
    """What is asked for has no place in a line."""


def _lining(member: Nodes | Edges, form: PageForm, page: Page, writer: _Writer) -> Lining:
    members = writer.row(member)
    kept = _kept(page.orders) if writer.cursors or _tells_ends(form) else ()
    return Lining(
        member,
        Line(tuple(members), kept),
        writer.texts,
        writer.before,
        writer.written(),
        writer.cursors > 0,
        CURSOR not in writer.texts,
        writer.readers,
    )


def _values(members: Sequence[Member]) -> int:
    return sum(1 if isinstance(each, Leaf) else _values(each.members) for each in members)


def _tells_ends(form: PageForm) -> bool:
    infos = [member for member in form.members if isinstance(member, Info)]
    return any(name in _CURSORS for info in infos for _, name in info.members)


def _kept(orders: Sequence[Order]) -> tuple[str, ...]:
    """The fields that cursors are made of."""
    if any(order.relations or order.by or order.places or order.path[1:] for order in orders):
        raise _NotLinedError
    return tuple(dict.fromkeys(order.path[0] for order in orders))


@dataclass
class _Writer:
    """Writes the JSON of one row, as far as it is the same for all; a mark takes up what is so far.

    ``before`` is what stands ahead of a cursor, if that comes first.
    """

    reader: FlatReader
    rows: int
    below: Mapping[Place, Below]
    part: Part
    texts: dict[str, str] = field(default_factory=dict[str, str])
    before: str = ""
    cursors: int = 0
    _so_far: str = ""
    _unused: Iterator[str] = field(default_factory=lambda: iter(MARKS))
    readers: list[FlatReader] = field(default_factory=list[FlatReader])

    def row(self, member: Nodes | Edges) -> list[Member]:
        """One row of a page."""
        self.readers.append(self.reader)
        if isinstance(member, Nodes):
            members = self.record(member.form, self.part, self.reader.shape)
        else:
            members = self.edge(member, self.part, self.reader.shape)
        if not members:
            raise _NotLinedError
        return members

    def written(self) -> str:
        """What was written since the last mark."""
        text, self._so_far = self._so_far, ""
        return text

    def edge(self, edges: Edges, part: Part, shape: Shape) -> list[Member]:
        """One edge; the members of its node."""
        members: list[Member] = []
        nodes = 0
        for at, (key, what) in enumerate(edges.members):
            self._key("{" if at == 0 else ",", key)
            if isinstance(what, ObjectForm):
                nodes += 1
                members = self.record(what, part, shape)
            elif what is None:
                self._cursor()
            else:
                self._so_far += _json(what)
        if nodes != 1 or self.cursors > 1:
            raise _NotLinedError
        self._so_far += "}"
        return members

    def record(self, form: ObjectForm, part: Part, shape: Shape) -> list[Member]:
        """One record, and what is joined to it."""
        if form.union:
            raise _NotLinedError
        members: list[Member] = []
        self._so_far += "" if form.members else "{"  # all that was asked was skipped
        for at, member in enumerate(form.members):
            self._key("{" if at == 0 else ",", member.key)
            match member:
                case Constant(_, value):
                    self._so_far += _json(value)
                case Value(_, field_):
                    members.append(self._leaf(field_.name, shape, nullable=field_.nullable))
                case Linked(_, place, ObjectForm() as inner):
                    joined = next((each for each in part.joined if each.place == place), None)
                    members.append(self._inner(inner, joined, shape))
                case Linked(_, place, PageForm() as inner) if place in self.below:
                    members.append(self._listed(inner, self.below[place], part, shape))
                case _:
                    raise _NotLinedError
        self._so_far += "}"
        return members

    def _leaf(self, name: str, shape: Shape, *, nullable: bool) -> Leaf:
        told = self.reader.lined.get(shape.place(name))
        if told is None:
            raise _NotLinedError
        bare = told.quoted and not nullable
        self._so_far += '"' * bare
        leaf = Leaf(self._mark(self.written()), name, told, nullable)
        self._so_far = '"' * bare
        return leaf

    def _inner(self, form: ObjectForm, joined: Joined | None, shape: Shape) -> Inner:
        if joined is None:
            raise _NotLinedError
        relation = joined.relation.name
        nowhere = self._mark(f"{self._so_far}null")
        members = tuple(self.record(form, joined.part, dict(shape.joins)[relation]))
        return Inner(relation, nowhere, self._ending(self.written()), members)

    def _ending(self, rest: str) -> str | None:
        # A brace alone would not be counted, and so is no mark: the store writes it.
        return None if rest == "}" else self._mark(rest)

    def _listed(self, form: PageForm, below: Below, part: Part, shape: Shape) -> Listed:
        """The page that a hop leads to: its rows, and what it has besides."""
        inside = self._inside(below, part, shape)
        fields, read = below.hop.relation.source_fields, below.hop.island.read
        listed: Listed | None = None
        for at, member in enumerate(form.members):
            self._key("{" if at == 0 else ",", member.key)
            match member:
                case Constant(_, value):
                    self._so_far += _json(value)
                case Nodes() | Edges() if listed is None:
                    self._so_far += "["
                    head = self.written()
                    opening, nowhere = self._mark(head), self._mark(head)
                    line = Line(tuple(inside.row(member)))
                    rest = inside.written()
                    between, end = self._mark(f"{rest},"), self._ending(rest)
                    read = replace(read, line=line)
                    listed = Listed(fields, read, opening, between, end, nowhere)
                    self._so_far = "]"
                case _:
                    raise _NotLinedError
        if listed is None or inside.cursors:
            raise _NotLinedError
        self._so_far += "}"
        return listed

    def _inside(self, below: Below, part: Part, shape: Shape) -> _Writer:
        """What writes the rows of the page that a hop leads to; with the same marks."""
        hop, reader, deeper = below
        if not isinstance(reader, FlatReader) or not self._is_near(hop, part):
            raise _NotLinedError
        fields = hop.relation.source_fields
        if {self.reader.lined.get(shape.place(name)) for name in fields} - _COMPARED:
            raise _NotLinedError
        rows = self.rows * (hop.island.read.limit or 0)
        part = hop.island.part
        return replace(
            self, reader=reader, rows=rows, below=deeper, part=part, cursors=0, _so_far=""
        )

    def _is_near(self, hop: Hop, part: Part) -> bool:
        """Whether a hop's page can be put together beside each row, and is as good as there."""
        relation, island, read = hop.relation, hop.island, hop.island.read
        kept = relation.cross_store or relation.cache_ttl
        if kept or hop.later or leads_across(read) or island.summaries or read.total:
            return False
        alone = part is self.part and part.entity.is_key(relation.source_fields)
        if not alone and self.rows > MOST_ALIKE:
            return False
        page = island.page
        return page is not None and 0 < page.size == read.limit and not page.backward

    def _cursor(self) -> None:
        self._so_far += '"'
        self.cursors += 1
        if self.texts:
            self.texts[CURSOR] = self.written()
        else:
            self.before = self.written()
        self._so_far = '"'

    def _key(self, sign: str, key: str) -> None:
        self._so_far += f"{sign}{_json(key)}:"

    def _mark(self, text: str) -> str:
        mark = next(self._unused, None)
        if mark is None:
            raise _NotLinedError
        self.texts[mark] = text
        return mark


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
