"""In charge of the JSON around the values of a line: what stands in it for each mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import orjson

from catalog.filters import leads_across
from catalog.flat import FlatReader, Shape
from catalog.lines import (
    MARKS,
    Cursor,
    Fact,
    Inner,
    Leaf,
    Line,
    Listed,
    Member,
    Says,
    Standing,
    Told,
)
from catalog.query import Order
from resolvers.completion.forms import (
    Constant,
    Edges,
    Info,
    Linked,
    Nodes,
    ObjectForm,
    PageForm,
    Total,
    Value,
)
from resolvers.documents.fields import Place
from resolvers.planning.cursors import list_mark
from resolvers.planning.paging import Page
from resolvers.planning.plan import Hop, Island, Joined, Part

MOST_ALIKE: Final = 50
"""Rows of which several may lead to one page, which is then read for each of them."""

_COMPARED: Final = frozenset({Told.INT, Told.BIGINT, Told.TEXT, Told.UUID})
"""Of these, what another page's rows are found by: equal is equal, whatever their columns' type."""
_ENDS: Final = {".startCursor": Says.START, ".endCursor": Says.END}


class Below(NamedTuple):
    """Where a hop of a page's rows leads to, and what its rows came with."""

    hop: Hop
    reader: Any
    below: Mapping[Place, Below]


class NotLinedError(Exception):
    """What is asked for has no place in a line."""


@dataclass
class LineWriter:
    """Writes the JSON of one row, as far as it is the same for all; a mark takes up what is so far.

    There are so many ``rows`` at most, of this island, and what is ``below`` them.
    """

    reader: FlatReader
    rows: int
    below: Mapping[Place, Below]
    island: Island
    texts: dict[str, str] = field(default_factory=dict[str, str])
    _so_far: str = ""
    _unused: Iterator[str] = field(default_factory=lambda: iter(MARKS))
    readers: list[FlatReader] = field(default_factory=list[FlatReader])

    def row(self, member: Nodes | Edges) -> list[Member]:
        """One row of a page."""
        self.readers.append(self.reader)
        part, shape = self.island.part, self.reader.shape
        if isinstance(member, Nodes):
            members = self.record(member.form, part, shape)
        else:
            members = self.edge(member, part, shape)
        if not members:
            raise NotLinedError
        return members

    def written(self) -> str:
        """What was written since the last mark."""
        text, self._so_far = self._so_far, ""
        return text

    def edge(self, edges: Edges, part: Part, shape: Shape) -> list[Member]:
        """One edge: its cursor, and the members of its node."""
        members: list[Member] = []
        for at, (key, what) in enumerate(edges.members):
            self._key("{" if at == 0 else ",", key)
            if isinstance(what, ObjectForm):
                members += self.record(what, part, shape)
            elif what is None:
                members.append(self._cursor())
            else:
                self._so_far += _json(what)
        self._so_far += "}"
        return members

    def record(self, form: ObjectForm, part: Part, shape: Shape) -> list[Member]:
        """One record, and what is joined to it."""
        if form.union:
            raise NotLinedError
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
                    raise NotLinedError
        self._so_far += "}"
        return members

    def _leaf(self, name: str, shape: Shape, *, nullable: bool) -> Leaf:
        told = self.reader.lined.get(shape.place(name))
        if told is None:
            raise NotLinedError
        bare = told.quoted and not nullable
        self._so_far += '"' * bare
        leaf = Leaf(self._mark(self.written()), name, told, nullable)
        self._so_far = '"' * bare
        return leaf

    def _inner(self, form: ObjectForm, joined: Joined | None, shape: Shape) -> Inner:
        if joined is None:
            raise NotLinedError
        relation = joined.relation.name
        nowhere = self._mark(f"{self._so_far}null")
        members = tuple(self.record(form, joined.part, dict(shape.joins)[relation]))
        return Inner(relation, nowhere, self._ending(self.written()), members)

    def _ending(self, rest: str) -> str | None:
        # A brace alone would not be counted, and so is no mark: the store writes it.
        return None if rest == "}" else self._mark(rest)

    def _listed(self, form: PageForm, below: Below, part: Part, shape: Shape) -> Listed:
        """The page that a hop leads to: its rows, and what it says of itself."""
        inside = self._inside(below, part, shape)
        listed: Listed | None = None
        facts: list[Fact] = []
        for at, member in enumerate(form.members):
            self._key("{" if at == 0 else ",", member.key)
            match member:
                case Constant(_, value):
                    self._so_far += _json(value)
                case Info(_, members):
                    facts += self._info(members, inside.page)
                case Total():
                    facts.append(self._fact(Says.TOTAL))
                case Nodes() | Edges() if listed is None:
                    listed = self._rows(member, below.hop, inside, tuple(facts))
                    facts = []
                case _:
                    raise NotLinedError
        if listed is None:
            raise NotLinedError
        self._so_far += "}"
        standing = None
        if any(fact.quotes for fact in (*listed.ahead, *facts)):
            standing = inside.standing()
        return replace(listed, behind=tuple(facts), standing=standing)

    def _rows(
        self, member: Nodes | Edges, hop: Hop, inside: LineWriter, ahead: tuple[Fact, ...]
    ) -> Listed:
        self._so_far += "["
        head = self.written()
        opening, nowhere = self._mark(head), self._mark(head)
        line = Line(tuple(inside.row(member)))
        rest = inside.written()
        between, end = self._mark(f"{rest},"), self._ending(rest)
        read = replace(hop.island.read, line=line, total=False)
        self._so_far = "]"
        fields, size = hop.relation.source_fields, inside.page.size
        return Listed(fields, read, size, opening, between, end, nowhere, ahead)

    def _info(self, members: Sequence[tuple[str, str]], page: Page) -> Iterator[Fact]:
        """What a page that reads forward says of its place."""
        self._so_far += "" if members else "{"
        for at, (key, name) in enumerate(members):
            self._key("{" if at == 0 else ",", key)
            if name in _ENDS:
                yield self._fact(_ENDS[name])
            elif name == ".hasNextPage" and not page.ends_inside:
                yield self._fact(Says.MORE)
            elif name == ".hasNextPage":
                self._so_far += "true"
            elif name == ".hasPreviousPage":
                self._so_far += _json(page.starts_inside)
            else:
                self._so_far += _json(name)
        self._so_far += "}"

    def _fact(self, says: Says) -> Fact:
        return Fact(self._mark(self.written()), says)

    def _inside(self, below: Below, part: Part, shape: Shape) -> LineWriter:
        """What writes the rows of the page that a hop leads to; with the same marks."""
        hop, reader, deeper = below
        if not isinstance(reader, FlatReader) or not self._is_near(hop, part):
            raise NotLinedError
        fields = hop.relation.source_fields
        if {self.reader.lined.get(shape.place(name)) for name in fields} - _COMPARED:
            raise NotLinedError
        rows = self.rows * (hop.island.read.limit or 0)
        return replace(self, reader=reader, rows=rows, below=deeper, island=hop.island, _so_far="")

    def _is_near(self, hop: Hop, part: Part) -> bool:
        """Whether a hop's page can be put together beside each row, and is as good as there."""
        relation, island, read = hop.relation, hop.island, hop.island.read
        kept = relation.cross_store or relation.cache_ttl
        if kept or hop.later or leads_across(read) or island.summaries:
            return False
        alone = part is self.island.part and part.entity.is_key(relation.source_fields)
        if not alone and self.rows > MOST_ALIKE:
            return False
        page = island.page
        return page is not None and bool(page.size and read.limit) and not page.backward

    def _cursor(self) -> Cursor:
        self._so_far += '"'
        cursor = Cursor(self._mark(self.written()), self.standing())
        self._so_far = '"'
        return cursor

    @property
    def page(self) -> Page:
        """The page whose rows these are."""
        assert self.island.page is not None  # noqa: S101 (what is listed is on a page)
        return self.island.page

    def standing(self) -> Standing:
        """What the cursors of these rows tell."""
        page, shape = self.page, self.reader.shape
        if not all(map(is_plain, page.orders)):
            raise NotLinedError
        names = [order.path[0] for order in page.orders]
        told = [self.reader.lined.get(shape.place(name)) for name in names]
        terms = tuple((name, how) for name, how in zip(names, told, strict=True) if how)
        if len(terms) < len(names):
            raise NotLinedError
        return Standing(list_mark(page.listed or self.island.read.entity.name, page.orders), terms)

    def _key(self, sign: str, key: str) -> None:
        self._so_far += f"{sign}{_json(key)}:"

    def _mark(self, text: str) -> str:
        mark = next(self._unused, None)
        if mark is None:
            raise NotLinedError
        self.texts[mark] = text
        return mark


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def is_plain(order: Order) -> bool:
    """Whether what an order looks at is a field of its own."""
    return order.is_own and not order.path[1:]
