"""In charge of how a value stands in a line, and in a cursor: in the words of Postgres; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, assert_never

import sqlalchemy as sa

from catalog.lines import NULL, QUOTE, Leaf, Standing, Told
from datasources.postgres.values import SqlType

Expression = sa.ColumnElement[Any]


def shown(leaf: Leaf, column: Expression) -> Expression:
    """The value of a leaf as it stands behind its mark."""
    value = _value(leaf.told, column)
    if not leaf.nullable:
        return value
    text = cast(value, "text") if leaf.told in _SQL else value
    if leaf.quotes:
        return quoted(text)
    return sa.func.coalesce(text, literal("null"))


def quoted(text: Expression) -> Expression:
    """A text as a value that may be null."""
    return sa.func.coalesce(_joined(marked(QUOTE), text, marked(QUOTE)), marked(NULL))


def cursor(standing: Standing, columns: Sequence[Expression]) -> Expression:
    """The cursor of a row that has these values."""
    pieces = [literal(f'["{standing.list}"')]
    for (_, told), column in zip(standing.terms, columns, strict=True):
        pieces += [literal(","), _json(told, column)]
    text = sa.func.concat(*pieces, literal("]"))
    coded = sa.func.encode(sa.func.convert_to(text, literal("UTF8")), literal("base64"))
    # `translate` takes three times as long as these.
    for old, new in (("+", literal("-")), ("/", literal("_"))):
        coded = sa.func.replace(coded, literal(old), new)
    return sa.func.rtrim(sa.func.replace(coded, marked("\n"), literal("")), literal("="))


def fits(told: Told, column: Expression) -> Expression | None:
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
            return sa.and_(column >= literal("0001-01-01"), column < literal("10000-01-01"))
        case _:
            return None


def tellable(standing: Standing, columns: Sequence[Expression]) -> Iterator[Expression]:
    """What must be true of these values for a cursor to tell them as it does elsewhere."""
    for (_, told), column in zip(standing.terms, columns, strict=True):
        fitting = fits(told, column)
        if fitting is None:
            continue
        if told is Told.DECIMAL:  # of more digits Python may write an exponent
            fitting = sa.and_(fitting, sa.func.scale(column) <= sa.literal_column("6"))
        yield sa.or_(column.is_(None), fitting)


def literal(text: str) -> Expression:
    """A literal, of the type that is asked for where it stands."""
    return sa.literal_column(f"'{text}'")


def marked(mark: str) -> Expression:
    """A control character."""
    return sa.literal_column(f"E'\\x{ord(mark):02x}'")


def cast(expression: Expression, name: str) -> Expression:
    """The expression as one of the type of this name."""
    return sa.cast(expression, SqlType(name))


def _json(told: Told, column: Expression) -> Expression:
    """A value as cursors hold it, in JSON; nulls too."""
    value = _value(told, column)
    value = cast(sa.func.to_json(value) if told is Told.TEXT else value, "text")
    if told.quoted and told not in {Told.TEXT, Told.BIGINT}:
        value = _joined(literal('"'), value, literal('"'))
    return sa.func.coalesce(value, literal("null"))


def _value(told: Told, column: Expression) -> Expression:
    """A value as JSON shows it, without its quotes; null if it is null.

    The cast to what the column was known to be changes nothing, unless somebody has altered the
    column since: then a value that does not fit is an error, and never a text without quotes.
    """
    match told:
        case Told.INT | Told.BIGINT | Told.TEXT | Told.UUID | Told.DECIMAL | Told.DATE:
            return cast(column, _SQL[told])
        case Told.FLOAT:
            return _float(cast(column, "float8"))
        case Told.BOOLEAN:
            false = literal("false")
            return sa.case((column, literal("true")), (sa.not_(column), false))
        case Told.MOMENT:
            return _moment(cast(column, "timestamptz"), "timestamptz(0)", ":00")
        case Told.MOMENT_WITHOUT_ZONE:
            return _moment(cast(column, "timestamp"), "timestamp(0)", "+00:00")
        case _:
            assert_never(told)


def _float(column: Expression) -> Expression:
    """With a point, as Python writes it, so that a reader takes it for no integer."""
    text = cast(column, "text")
    return sa.case((column == sa.func.floor(column), _joined(text, literal(".0"))), else_=text)


def _moment(column: Expression, seconds: str, end: str) -> Expression:
    """As Python writes it: with all six digits of a fraction, or with none."""
    space, letter = literal(" "), literal("T")
    text = sa.func.replace(cast(column, "text"), space, letter)
    exact = sa.func.to_char(column, literal(_TO_THE_MICROSECOND))
    whole = cast(column, seconds) == column
    return sa.case((whole, _joined(text, literal(end))), else_=exact)


def _joined(first: Expression, *others: Expression) -> Expression:
    joined = first
    for other in others:
        joined = joined.op("||")(other)
    return joined


_SQL: Final = {
    Told.INT: "integer",
    Told.BIGINT: "bigint",
    Told.TEXT: "text",
    Told.UUID: "uuid",
    Told.DECIMAL: "numeric",
    Told.DATE: "date",
}
_TO_THE_MICROSECOND: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'
