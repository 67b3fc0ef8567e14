"""In charge of rows that Postgres writes as lines, which become JSON as they are; pure.

It makes a text of a row in the time that it takes to send the row's values one by one, twice at
most; what is saved are three objects of Python for each value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, assert_never

import sqlalchemy as sa

from catalog.flat import Shape
from catalog.lines import NULL, QUOTE, Inner, Leaf, Line, Told
from datasources.postgres.parts import Page
from datasources.postgres.values import SqlType

Expression = sa.ColumnElement[Any]


class Lined(NamedTuple):
    """The columns of a page whose rows are lines, the line last; and the shape of what is kept."""

    columns: Sequence[Expression]
    shape: Shape


def lined(page: Page, line: Line, start: int) -> Lined:
    """A page's rows as lines, made of its columns from outside.

    Inside, Postgres would make lines of all rows before it sorts them. ``start`` is the place of
    the page's first column in the row.
    """
    shape = page.shape

    def at(place: int) -> Expression:
        return page.columns[place - start]

    flags = [] if shape.present is None else [at(shape.present)]
    kept = tuple(field for field in shape.fields if field.name in line.kept)
    columns = [*flags, *(at(shape.place(field.name)) for field in kept), _line(line, shape, at)]
    return Lined(columns, Shape(start + len(flags), kept, (), start if flags else None))


def _line(line: Line, shape: Shape, at: Callable[[int], Expression]) -> Expression:
    """The line of a row; null if it holds anything that no answer may show."""
    sound = [*_conditions(line.members, shape, at)]
    text = _text(line.members, shape, at)
    return sa.case((sa.and_(*sound), text)) if sound else text


def _text(
    members: Sequence[Leaf | Inner], shape: Shape, at: Callable[[int], Expression]
) -> Expression:
    return sa.func.concat(*_pieces(members, shape, at))


def _pieces(
    members: Sequence[Leaf | Inner], shape: Shape, at: Callable[[int], Expression]
) -> Iterator[Expression]:
    for member in members:
        if isinstance(member, Leaf):
            yield _mark(member.mark)
            yield _shown(member, at(shape.place(member.name)))
        else:
            yield _inner(member, dict(shape.joins)[member.relation], at)


def _inner(member: Inner, shape: Shape, at: Callable[[int], Expression]) -> Expression:
    end = _literal("}") if member.end is None else _mark(member.end)
    there = sa.func.concat(*_pieces(member.members, shape, at), end)
    return sa.case((_present(shape, at), there), else_=_mark(member.nowhere))


def _shown(leaf: Leaf, column: Expression) -> Expression:
    value = _value(leaf.told, column)
    if not leaf.nullable:
        return value
    text = _cast(value, "text") if leaf.told in _SQL else value
    if leaf.quotes:
        return sa.func.coalesce(_joined(_mark(QUOTE), text, _mark(QUOTE)), _mark(NULL))
    return sa.func.coalesce(text, _literal("null"))


def _conditions(
    members: Sequence[Leaf | Inner], shape: Shape, at: Callable[[int], Expression]
) -> Iterator[Expression]:
    """What must be true of a row's values for an answer to show them."""
    for member in members:
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


_SQL: Final = {
    Told.INT: "integer",
    Told.BIGINT: "bigint",
    Told.TEXT: "text",
    Told.UUID: "uuid",
    Told.DECIMAL: "numeric",
    Told.DATE: "date",
}
_TO_THE_MICROSECOND: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'
