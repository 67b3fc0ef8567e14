"""In charge of rows that Postgres writes as lines, which become JSON as they are; pure.

It makes a text of a row in the time that it takes to send the row's values one by one, twice at
most; what is saved are three objects of Python for each value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, assert_never

import sqlalchemy as sa

from catalog.entity import Catalog
from catalog.flat import Shape
from catalog.lines import WRONG, Cursor, Inner, Leaf, Line, Listed, Member, Says, Standing
from datasources.postgres.gathered import ZERO, Gathered
from datasources.postgres.parts import Page, Parts
from datasources.postgres.told import (
    Expression,
    cast,
    cursor,
    fits,
    literal,
    marked,
    quoted,
    shown,
    tellable,
)

End = Callable[[Sequence[Expression]], list[Expression]]


class Lined(NamedTuple):
    """The columns of a page whose rows are lines, the line last; and the shape of what is kept.

    What is listed in them comes from ``besides``, subqueries that are to stand beside the page.
    """

    columns: Sequence[Expression]
    shape: Shape
    besides: Sequence[sa.FromClause]


def lined(catalog: Catalog, page: Page, line: Line, start: int) -> Lined:
    """A page's rows as lines, made of its columns from outside.

    Inside, Postgres would make lines of all rows before it sorts them. ``start`` is the place of
    the page's first column in the row.
    """
    writer = _Writer(catalog, page, start)
    shape, at = page.shape, writer.at
    flags = [] if shape.present is None else [at(shape.present)]
    kept = tuple(field for field in shape.fields if field.name in line.kept)
    line_ = writer.line(line.members)
    columns = [*flags, *(at(shape.place(field.name)) for field in kept), *writer.counts, line_]
    shape = Shape(start + len(flags), kept, (), start if flags else None)
    return Lined(columns, shape, writer.besides)


class _Writer:
    """Writes the lines of one page; for each list in them it notes what must stand beside it."""

    def __init__(self, catalog: Catalog, page: Page, start: int, name: str = "page") -> None:
        self._catalog = catalog
        self._page = page
        self._start = start
        self._name = name
        self.besides: list[sa.FromClause] = []
        self.counts: list[Expression] = []

    def at(self, place: int) -> Expression:
        """The column that stands at this place in the row."""
        return self._page.columns[place - self._start]

    def line(
        self,
        members: Sequence[Member],
        wrong: Expression | None = None,
        standing: Standing | None = None,
    ) -> Expression:
        """The line of a row; ``wrong``, or null, if it holds anything that no answer may show.

        Or if it has no cursor, but a ``standing``.
        """
        shape = self._page.shape
        sound = [*self._conditions(members, shape)]
        if standing:
            sound += tellable(standing, self._placed(standing))
        text = sa.func.concat(*self._pieces(members, shape))
        return sa.case((sa.and_(*sound), text), else_=wrong) if sound else text

    def _placed(self, standing: Standing) -> list[Expression]:
        shape = self._page.shape
        return [self.at(shape.place(name)) for name, _ in standing.terms]

    def _pieces(self, members: Sequence[Member], shape: Shape) -> Iterator[Expression]:
        for member in members:
            match member:
                case Leaf(mark, name):
                    yield marked(mark)
                    yield shown(member, self.at(shape.place(name)))
                case Cursor(mark, standing):
                    yield marked(mark)
                    yield cursor(standing, self._placed(standing))
                case Inner(relation):
                    yield self._inner(member, dict(shape.joins)[relation])
                case Listed():
                    yield from self._listed(member, shape)

    def _inner(self, member: Inner, shape: Shape) -> Expression:
        there = sa.func.concat(*self._pieces(member.members, shape), _end(member.end))
        return sa.case((self._present(shape), there), else_=marked(member.nowhere))

    def _listed(self, member: Listed, shape: Shape) -> Iterator[Expression]:
        """What another page shows, which is put together beside this one's rows."""
        key = [self.at(shape.place(name)) for name in member.fields]
        parts = Parts(self._catalog, member.read, key)
        name = f"{self._name}_{len(self.besides)}"
        below = _Writer(self._catalog, parts.page(0, name), 0, name)
        beside = below.gathered(member, parts).lateral(f"of_{name}")
        self.besides.append(beside)
        count, lines, *others = beside.c
        numbers, facts = others[: len(below.counts)], others[len(below.counts) :]
        self.counts += [count, *numbers]
        said = [(marked(fact.mark), t) for fact, t in zip(member.facts, facts, strict=True)]
        yield from chain.from_iterable(said[: len(member.ahead)])
        there = sa.func.concat(marked(member.opening), lines, _end(member.end))
        yield sa.case((count > ZERO, there), else_=marked(member.nowhere))
        yield from chain.from_iterable(said[len(member.ahead) :])

    def gathered(self, member: Listed, parts: Parts) -> sa.Select[Any]:
        """Of all rows one: their number, their lines, the numbers of rows in those, the facts."""
        rows = Gathered(self._page, member.size if member.is_cut else None)
        line = self.line(member.members, marked(WRONG), member.standing)
        lines = rows.joined(line, marked(member.between))
        numbers = [rows.sum(each).label(f"n{at}") for at, each in enumerate(self.counts)]
        facts = [self._said(fact.says, member, rows, parts) for fact in member.facts]
        facts = [each.label(f"fact{at}") for at, each in enumerate(facts)]
        source = self._page.source
        for each in self.besides:
            source = source.join(each, sa.true())
        columns = [rows.number.label("n"), lines.label("lines"), *numbers, *facts]
        return sa.select(*columns).select_from(source)

    def _said(self, says: Says, member: Listed, rows: Gathered, parts: Parts) -> Expression:
        match says:
            case Says.MORE:
                return sa.case((rows.more, literal("true")), else_=literal("false"))
            case Says.START:
                return self._end_cursor(member, rows, rows.first)
            case Says.END:
                return self._end_cursor(member, rows, rows.last)
            case Says.TOTAL:
                counted = parts.counted()
                total = counted.c.total
                text = sa.case((total < _INT32, cast(total, "text")), else_=marked(WRONG))
                return sa.select(text).select_from(counted).scalar_subquery()
            case _:
                assert_never(says)

    def _end_cursor(
        self,
        member: Listed,
        rows: Gathered,
        end: Callable[[Sequence[Expression]], list[Expression]],
    ) -> Expression:
        assert member.standing is not None  # noqa: S101 (its ends have cursors)
        text = cursor(member.standing, end(self._placed(member.standing)))
        return quoted(sa.case((rows.any, text)))

    def _conditions(self, members: Sequence[Member], shape: Shape) -> Iterator[Expression]:
        """What must be true of a row's values for an answer to show them."""
        for member in members:
            match member:
                case Leaf(_, name):
                    yield from _sound(member, self.at(shape.place(name)))
                case Cursor(_, standing):
                    yield from tellable(standing, self._placed(standing))
                case Inner(relation, members=inner):
                    joined = dict(shape.joins)[relation]
                    for condition in self._conditions(inner, joined):
                        yield sa.or_(sa.not_(self._present(joined)), condition)
                case Listed():
                    pass  # each of its lines says it of itself

    def _present(self, shape: Shape) -> Expression:
        assert shape.present is not None  # noqa: S101 (what is joined says whether it is there)
        return self.at(shape.present)


def _end(mark: str | None) -> Expression:
    return literal("}") if mark is None else marked(mark)


def _sound(leaf: Leaf, column: Expression) -> Iterator[Expression]:
    fitting = fits(leaf.told, column)
    if not leaf.nullable:
        yield column.is_not(None)
    if fitting is not None:
        yield sa.or_(column.is_(None), fitting) if leaf.nullable else fitting


_INT32: Final[Expression] = sa.literal_column("2147483648")
