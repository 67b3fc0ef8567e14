"""In charge of which pages are asked for as lines, and of what JSON has in place of each mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from catalog.flat import FlatReader, Shape
from catalog.lines import CURSOR, MARKS, Inner, Leaf, Line
from catalog.query import Order
from resolvers.forms import Constant, Edges, Info, Linked, Nodes, ObjectForm, PageForm, Value
from resolvers.paging import Page
from resolvers.plan import Joined, Part

FEWEST: Final = 200
"""Values of a page; with fewer, lines save little or nothing here, and take Postgres's time."""

_CURSORS: Final = frozenset({".startCursor", ".endCursor"})


@dataclass(frozen=True, slots=True)
class Lining:
    """How a page is asked for as lines, and shown.

    ``texts`` stand in JSON for the marks, ``before`` and ``after`` stand around each row. Rows that
    are shown with their cursors have them ahead of their lines, or behind a mark at their end.
    """

    member: Nodes | Edges
    line: Line
    texts: dict[str, str]
    before: str
    after: str
    has_cursors: bool
    ahead: bool


def lining_of(form: PageForm, part: Part, page: Page, reader: FlatReader) -> Lining | None:
    """How the rows of a page are asked for as lines, if they can be, and if it is worth it."""
    listed = [member for member in form.members if isinstance(member, Nodes | Edges)]
    if len(listed) != 1:
        return None
    try:
        lining = _lining(listed[0], form, part, page, reader)
    except _NotLinedError:
        return None
    return lining if page.size * _values(lining.line.members) >= FEWEST else None


class _NotLinedError(Exception):
    """What is asked for has no place in a line."""


def _lining(
    member: Nodes | Edges, form: PageForm, part: Part, page: Page, reader: FlatReader
) -> Lining:
    writer = _Writer(reader)
    if isinstance(member, Nodes):
        members = writer.record(member.form, part, reader.shape)
    else:
        members = writer.edge(member, part, reader.shape)
    if not members:
        raise _NotLinedError
    kept = _kept(page.orders) if writer.cursors or _tells_ends(form) else ()
    return Lining(
        member,
        Line(tuple(members), kept),
        writer.texts,
        writer.before,
        writer.written(),
        writer.cursors > 0,
        CURSOR not in writer.texts,
    )


def _values(members: Sequence[Leaf | Inner]) -> int:
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
    texts: dict[str, str] = field(default_factory=dict[str, str])
    before: str = ""
    cursors: int = 0
    _so_far: str = ""
    _unused: Iterator[str] = field(default_factory=lambda: iter(MARKS))

    def written(self) -> str:
        """What was written since the last mark."""
        text, self._so_far = self._so_far, ""
        return text

    def edge(self, edges: Edges, part: Part, shape: Shape) -> list[Leaf | Inner]:
        """One edge; the members of its node."""
        members: list[Leaf | Inner] = []
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

    def record(self, form: ObjectForm, part: Part, shape: Shape) -> list[Leaf | Inner]:
        """One record, and what is joined to it."""
        if form.union:
            raise _NotLinedError
        members: list[Leaf | Inner] = []
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
        # A brace alone would not be counted, and so is no mark: the store writes it.
        rest = self.written()
        end = None if rest == "}" else self._mark(rest)
        return Inner(relation, nowhere, end, members)

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
