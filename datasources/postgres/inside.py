"""In charge of what lies inside of JSON columns, in SQL: the end of a path, as a value of its type.

What is stored there may be of another type than the model says. Then it is null, so that no query
fails for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType
from datasources.postgres.values import DIALECT

Expression = sa.ColumnElement[Any]

JSONB: Final = postgresql.JSONB()

_LEAP: Final = r"(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY: Final = (  # a day that there is: for any other, Postgres fails
    r"((?!0000)\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)"
    rf"|02-(0[1-9]|1\d|2[0-8]))|(?!0000){_LEAP}-02-29)"
)
_CLOCK: Final = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
_ZONE: Final = r"(Z|[-+](0\d|1[0-5])(:?[0-5]\d)?)"
_FORMS: Final[Mapping[Scalar, str]] = {
    Scalar.DECIMAL: r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,4})?",
    Scalar.DATE: _DAY,
    Scalar.TIME: _CLOCK,
    Scalar.DATETIME: rf"{_DAY}[T ]{_CLOCK}{_ZONE}?",
    Scalar.UUID: r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
}
"""What texts must be like to be values of these types."""
_WHOLE: Final = "-9223372036854775808", "9223372036854775807"
_REAL: Final = "5e-324", "1.7976931348623157e308"
"""What a double may be, whatever its sign, besides zero."""

SQL_TYPES: Final[Mapping[FieldType, sa.types.TypeEngine[Any]]] = {
    Scalar.INT: sa.BigInteger(),
    Scalar.BIGINT: sa.BigInteger(),
    Scalar.FLOAT: sa.Double(),
    Scalar.BOOLEAN: sa.Boolean(),
    Scalar.DECIMAL: sa.Numeric(),
    Scalar.DATE: sa.Date(),
    Scalar.TIME: sa.Time(),
    Scalar.DATETIME: sa.TIMESTAMP(timezone=True),
    Scalar.UUID: sa.Uuid(),
}
"""What they are in SQL; texts and members of enums are text."""


@dataclass(frozen=True, slots=True)
class Held:
    """A value inside of a JSON column: as ``jsonb``, and as the text that a leaf is."""

    json: Expression
    text: Expression

    def at(self, name: str) -> Held:
        """What a document has under a key; null if it is none."""
        key = quoted(name)
        inner = self.json.op("->", return_type=JSONB)(key)
        return Held(inner, self.json.op("->>", return_type=sa.Text())(key))

    def is_a(self, name: str) -> sa.ColumnElement[bool]:
        """Whether it is there, and of a type of JSON's."""
        return sa.func.jsonb_typeof(self.json) == quoted(name)

    def is_no(self, name: str) -> sa.ColumnElement[bool]:
        """Whether it is not there, or of another type."""
        return sa.func.jsonb_typeof(self.json).is_distinct_from(quoted(name))

    def typed(self, kind: FieldType) -> Expression:
        """The value as SQL has it; what only JSON has stays JSON."""
        match kind:
            case Scalar.INT | Scalar.BIGINT | Scalar.FLOAT:
                return sa.case((self.is_a("number"), self._number(kind)))
            case Scalar.BOOLEAN:
                return sa.case((self.is_a("boolean"), sa.cast(self.json, SQL_TYPES[kind])))
            case Scalar.STRING | EnumType():
                return self.text
            case Scalar.JSON | DocumentType() | UnionType() | ListType():
                return self.json
            case Scalar.BYTES | Scalar.OBJECT_ID | Scalar.POINT:
                raise TypeError(f"JSON holds no {kind}")
            case Scalar():
                told = self.text.op("~", is_comparison=True)(quoted(f"^{_FORMS[kind]}$"))
                if kind is Scalar.DECIMAL:
                    # With an exponent of four digits, it is one that Postgres has.
                    told = told & (sa.func.length(self.text) <= _literal("6000"))
                return sa.case((told, sa.cast(self.text, SQL_TYPES[kind])))
            case _:
                assert_never(kind)

    def _number(self, kind: Scalar) -> Expression:
        """A number of JSON's, of any size, if it is one of this type."""
        number = sa.cast(self.json, sa.Numeric())
        if kind is Scalar.FLOAT:
            fits = (number == _literal("0")) | _lies(sa.func.abs(number), *_REAL)
        else:
            fits = (number == sa.func.trunc(number)) & _lies(number, *_WHOLE)
        return sa.case((fits, sa.cast(self.json, SQL_TYPES[kind])))


def held(json: Expression) -> Held:
    """A value of type ``jsonb``."""
    return Held(json, json.op("#>>", return_type=sa.Text())(sa.literal_column("'{}'")))


def in_column(expression: Expression, column: sa.types.TypeEngine[Any]) -> Held:
    """What a JSON column holds."""
    return held(expression if is_binary(column) else sa.cast(expression, JSONB))


def items_of(value: Held, *, numbered: bool = False) -> sa.TableValuedAlias:
    """What a list holds, as rows of a ``value`` and, if so, its number ``n``; else none."""
    listed = sa.case((value.is_a("array"), value.json))
    items = sa.func.jsonb_array_elements(listed).table_valued(
        sa.column("value", JSONB), with_ordinality="n" if numbered else None
    )
    return items.render_derived()


def is_json(column: sa.types.TypeEngine[Any]) -> bool:
    """Whether a column of this type holds JSON."""
    return isinstance(_native(column), sa.JSON)


def is_binary(column: sa.types.TypeEngine[Any]) -> bool:
    """Whether that is ``jsonb``."""
    return isinstance(_native(column), postgresql.JSONB)


def _native(column: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """What Postgres has, where a model has a type of its own, or another for each database."""
    while isinstance(column, sa.types.TypeDecorator):
        column = column.type_engine(DIALECT)
    return column.dialect_impl(DIALECT)


def _lies(number: Expression, least: str, most: str) -> sa.ColumnElement[bool]:
    return sa.between(number, _literal(least), _literal(most))


def _literal(number: str) -> Expression:
    return sa.literal_column(number, sa.Numeric())


def quoted(text: str) -> Expression:
    """A text of the model's own, or of this module's, written out."""
    return sa.literal_column("'" + text.replace("'", "''") + "'", sa.Text())
