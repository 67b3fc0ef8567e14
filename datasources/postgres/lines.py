"""In charge of rows that Postgres writes as lines, which become JSON as they are; pure.

It makes a text of a row in the time that it takes to send the row's values one by one, twice at
most; what is saved are three objects of Python for each value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from catalog.entity import Catalog
from catalog.flat import Shape
from catalog.lines import NULL, QUOTE, WRONG, Inner, Leaf, Line, Listed, Member, Told
from datasources.postgres.parts import Page, Parts
from datasources.postgres.values import SqlType

Expression = sa.ColumnElement[Any]


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

    def line(self, members: Sequence[Member], wrong: Expression | None = None) -> Expression:
        """The line of a row; ``wrong``, or null, if it holds anything that no answer may show."""
        shape = self._page.shape
        sound = [*_conditions(members, shape, self.at)]
        text = sa.func.concat(*self._pieces(members, shape))
        return sa.case((sa.and_(*sound), text), else_=wrong) if sound else text

    def _pieces(self, members: Sequence[Member], shape: Shape) -> Iterator[Expression]:
        for member in members:
            match member:
                case Leaf(mark, name):
                    yield _mark(mark)
                    yield _shown(member, self.at(shape.place(name)))
                case Inner(relation):
                    yield self._inner(member, dict(shape.joins)[relation])
                case Listed():
                    yield self._listed(member, shape)

    def _inner(self, member: Inner, shape: Shape) -> Expression:
        there = sa.func.concat(*self._pieces(member.members, shape), _end(member.end))
        return sa.case((_present(shape, self.at), there), else_=_mark(member.nowhere))

    def _listed(self, member: Listed, shape: Shape) -> Expression:
        """The lines of another page's rows, which are put together beside this one's."""
        parts = Parts(self._catalog, member.read, [self.at(shape.place(n)) for n in member.fields])
        name = f"{self._name}_{len(self.besides)}"
        page = parts.page(0, name)
        below = _Writer(self._catalog, page, 0, name)
        line = below.line(member.members, _mark(WRONG))
        ordered = postgresql.aggregate_order_by(_mark(member.between), *page.terms)
        number = sa.func.count().label("n")
        counts = [_cast(sa.func.coalesce(sa.func.sum(n), _ZERO), "integer") for n in below.counts]
        counts = [each.label(f"n{at}") for at, each in enumerate(counts)]
        select = sa.select(number, *counts, sa.func.string_agg(line, ordered).label("lines"))
        source = page.source
        for each in below.besides:
            source = source.join(each, sa.true())
        beside = select.select_from(source).lateral(f"of_{name}")
        self.besides.append(beside)
        self.counts += [*beside.c][:-1]
        there = sa.func.concat(_mark(member.opening), beside.c.lines, _end(member.end))
        return sa.case((beside.c.n > _ZERO, there), else_=_mark(member.nowhere))


def _end(mark: str | None) -> Expression:
    return _literal("}") if mark is None else _mark(mark)


def _shown(leaf: Leaf, column: Expression) -> Expression:
    value = _value(leaf.told, column)
    if not leaf.nullable:
        return value
    text = _cast(value, "text") if leaf.told in _SQL else value
    if leaf.quotes:
        return sa.func.coalesce(_joined(_mark(QUOTE), text, _mark(QUOTE)), _mark(NULL))
    return sa.func.coalesce(text, _literal("null"))


def _conditions(
    members: Sequence[Member], shape: Shape, at: Callable[[int], Expression]
) -> Iterator[Expression]:
    """What must be true of a row's values for an answer to show them."""
    for member in members:
        if isinstance(member, Listed):
            continue  # each of its lines says it of itself
        if isinstance(member, Inner):
            inner = dict(shape.joins)[member.relation]
            for condition in _conditions(member.members, inner, at):
                yield sa.or_(sa.not_(_present(inner, at)), condition)
            continue
        column = at(shape.place(member.name))
        fits = _fits(member.told, column)
        if not member.nullable:
            yield column.is_not(None)
        if fits is not None:
            yield sa.or_(column.is_(None), fits) if member.nullable else fits


def _present(shape: Shape, at: Callable[[int], Expression]) -> Expression:
    assert shape.present is not None  # noqa: S101 (what is joined says whether it is there)
    return at(shape.present)


def _value(told: Told, column: Expression) -> Expression:
    """A value as JSON shows it, without its quotes; null if it is null.

    The cast to what the column was known to be changes nothing, unless somebody has altered the
    column since: then a value that does not fit is an error, and never a text without quotes.
    """
    match told:
        case Told.INT | Told.BIGINT | Told.TEXT | Told.UUID | Told.DECIMAL | Told.DATE:
            return _cast(column, _SQL[told])
        case Told.FLOAT:
            return _float(_cast(column, "float8"))
        case Told.BOOLEAN:
            false = _literal("false")
            return sa.case((column, _literal("true")), (sa.not_(column), false))
        case Told.MOMENT:
            return _moment(_cast(column, "timestamptz"), "timestamptz(0)", ":00")
        case Told.MOMENT_WITHOUT_ZONE:
            return _moment(_cast(column, "timestamp"), "timestamp(0)", "+00:00")
        case _:
            assert_never(told)


def _float(column: Expression) -> Expression:
    """With a point, as Python writes it, so that a reader takes it for no integer."""
    text = _cast(column, "text")
    return sa.case((column == sa.func.floor(column), _joined(text, _literal(".0"))), else_=text)


def _moment(column: Expression, seconds: str, end: str) -> Expression:
    """As Python writes it: with all six digits of a fraction, or with none."""
    space, letter = _literal(" "), _literal("T")
    text = sa.func.replace(_cast(column, "text"), space, letter)
    exact = sa.func.to_char(column, _literal(_TO_THE_MICROSECOND))
    whole = _cast(column, seconds) == column
    return sa.case((whole, _joined(text, _literal(end))), else_=exact)


def _fits(told: Told, column: Expression) -> Expression | None:
    """Whether an answer can show a value that is not null; None if it can show all of the type."""
    match told:
        case Told.FLOAT:
            # Others have an exponent, which Python writes otherwise; NaN is more than any.
            size = sa.func.abs(column)
            some = sa.or_(size >= sa.literal_column("1e-4"), column == sa.literal_column("0"))
            return sa.and_(size < sa.literal_column("1e15"), some)
        case Told.DECIMAL:
            # As far as Python writes all digits, too.
            small = sa.func.abs(column) < sa.literal_column("1e39")
            return sa.and_(small, sa.func.scale(column) < sa.literal_column("40"))
        case Told.DATE | Told.MOMENT | Told.MOMENT_WITHOUT_ZONE:
            return sa.and_(column >= _literal("0001-01-01"), column < _literal("10000-01-01"))
        case _:
            return None


def _literal(text: str) -> Expression:
    """A literal, of the type that is asked for where it stands."""
    return sa.literal_column(f"'{text}'")


def _mark(mark: str) -> Expression:
    return sa.literal_column(f"E'\\x{ord(mark):02x}'")


def _joined(first: Expression, *others: Expression) -> Expression:
    joined = first
    for other in others:
        joined = joined.op("||")(other)
    return joined


def _cast(expression: Expression, name: str) -> Expression:
    return sa.cast(expression, SqlType(name))


_ZERO: Final[Expression] = sa.literal_column("0")
_SQL: Final = {
    Told.INT: "integer",
    Told.BIGINT: "bigint",
    Told.TEXT: "text",
    Told.UUID: "uuid",
    Told.DECIMAL: "numeric",
    Told.DATE: "date",
}
_TO_THE_MICROSECOND: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'
