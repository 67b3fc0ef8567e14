"""In charge of values on their way into Postgres: the SQL type and the form they are sent in."""

from __future__ import annotations

import datetime
import math
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg

from catalog.query import Key
from catalog.templates import Slot
from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType

DIALECT: Final = psycopg.dialect(paramstyle="numeric_dollar")
"""SQLAlchemy's notion of Postgres as psycopg speaks to it; it only makes text here."""

_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_LARGEST_REAL: Final = 3.4028235677973366e38


class SqlType(sa.types.UserDefinedType[Any]):
    """A type by its SQL name; parameters are written as ``$1::type``."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """The name itself."""
        return self.name


@dataclass(frozen=True, slots=True)
class Encoding:
    """How values of a column are sent: as which SQL type, and in which Python form.

    The type may be wider than the column's, so that no comparison rounds, cuts or overflows the
    value; it is always one with which the column's index can be used.
    """

    sql: str
    encode: Callable[[Any], Any]


def encoding_of(kind: FieldType, column: sa.types.TypeEngine[Any]) -> Encoding:
    """The encoding of values that are compared with a column, or with its array's elements."""
    match kind:
        case Scalar.INT | Scalar.BIGINT:
            return Encoding("bigint", int)
        case Scalar.FLOAT:
            return _float(column)
        case Scalar.DECIMAL:
            return Encoding("numeric", Decimal)
        case Scalar.STRING:
            return Encoding("bpchar" if isinstance(column, sa.CHAR) else "text", str)
        case Scalar.BOOLEAN:
            return Encoding("boolean", bool)
        case Scalar.DATE:
            return Encoding("date", same)
        case Scalar.TIME:
            return Encoding("timetz" if getattr(column, "timezone", False) else "time", same)
        case Scalar.DATETIME:
            zoned = getattr(column, "timezone", False)
            return Encoding("timestamptz", same) if zoned else Encoding("timestamp", _naive)
        case Scalar.UUID:
            native = getattr(column, "native_uuid", True)
            return Encoding("uuid", same) if native else Encoding("bpchar", _hex)
        case Scalar.BYTES:
            return Encoding("bytea", bytes)
        case EnumType():
            return Encoding(enum_name(column), lambda member: str(kind.members[member]))
        case Scalar.JSON | Scalar.OBJECT_ID | Scalar.POINT:
            raise TypeError(f"values of {kind} are not compared in Postgres")
        case ListType() | DocumentType() | UnionType():
            raise TypeError(f"values of {kind} are not compared in Postgres")
        case _:
            assert_never(kind)


class Bound(NamedTuple):
    """A parameter whose value comes later, in a slot, and the form in which it is sent."""

    slot: int
    encode: Callable[[Any], Any]


class KeyColumn(NamedTuple):
    """A parameter that holds one part of every key."""

    place: int
    encode: Callable[[Any], Any]


Parameter = Bound | KeyColumn | Any
"""What stands for a parameter in a statement; anything else is the value itself."""


def parameter(
    encoding: Encoding, value: Any, form: Callable[[Any], Any] | None = None
) -> sa.BindParameter[Any]:
    """A bound value, of which ``form`` makes what is compared with.

    None is SQL's null, with which no comparison is true.
    """

    def sent(given: Any) -> Any:
        return encoding.encode(form(given) if form else given)

    held: Parameter = (
        None if value is None else held_value(value, sent if form else encoding.encode)
    )
    return sa.bindparam("v", held, type_=SqlType(encoding.sql), unique=True)


def array_parameter(encoding: Encoding, values: Any) -> sa.BindParameter[Any]:
    """Bound values as one array, so that the SQL text does not depend on how many there are.

    Those that the column cannot hold are left out: they equal nothing.
    """

    def sent(given: Iterable[Any]) -> list[Any]:
        return [encoding.encode(v) for v in given if v is not None and storable(v)]

    return sa.bindparam(
        "v", held_value(values, sent), type_=SqlType(f"{encoding.sql}[]"), unique=True
    )


def part_parameter(encoding: Encoding, keys: Any, place: int) -> sa.BindParameter[Any]:
    """One part of each of some keys, as an array, without those that equal nothing."""

    def sent(given: Iterable[Key]) -> list[Any]:
        return [encoding.encode(key[place]) for key in given if all(map(_findable, key))]

    return sa.bindparam(
        "v", held_value(keys, sent), type_=SqlType(f"{encoding.sql}[]"), unique=True
    )


def _findable(value: Any) -> bool:
    return value is not None and storable(value)


def key_parameter(encoding: Encoding, place: int) -> sa.BindParameter[Any]:
    """One part of all keys, as an array."""

    def sent(keys: Iterable[Key]) -> list[Any]:
        return [encoding.encode(key[place]) for key in keys]

    column = KeyColumn(place, sent)
    return sa.bindparam(f"k{place}", column, type_=SqlType(f"{encoding.sql}[]"))


def held_value(value: Any, sent: Callable[[Any], Any]) -> Parameter:
    """What stands for a value that ``sent`` makes ready: at once, or once its slot is filled."""
    return Bound(value.number, sent) if isinstance(value, Slot) else sent(value)


def storable(value: Any) -> bool:
    """False for a text that no column can hold: with NUL, or half of a surrogate pair."""
    return not (isinstance(value, str) and _UNSTORABLE.search(value))


def all_storable(values: Iterable[Any]) -> bool:
    """Whether every one of them is; they are looked at together, since that is one call."""
    return storable("".join([value for value in values if isinstance(value, str)]))


def worded(text: str) -> str:
    """The text for comparing words: what no column can hold parts them, as a space does."""
    return _UNSTORABLE.sub(" ", text)


def least_storable_above(text: str) -> str:
    """The first text, in order of code points, that can be stored and follows an unstorable one."""
    start = re.split(_UNSTORABLE, text, maxsplit=1)[0]
    return start + ("\x01" if text[len(start)] == "\0" else "\ue000")


def is_native_enum(column: sa.types.TypeEngine[Any]) -> bool:
    """True for a type of the database's own, which orders its labels as they were declared."""
    return isinstance(column, sa.Enum) and bool(column.native_enum)


def is_rounded(kind: FieldType, column: sa.types.TypeEngine[Any]) -> bool:
    """True for a column of exact numbers that its model reads as floats."""
    exact = isinstance(column, sa.Numeric) and not isinstance(column, sa.Float)
    return kind is Scalar.FLOAT and exact


def enum_name(column: sa.types.TypeEngine[Any]) -> str:
    """The SQL type of an enum's column."""
    native = is_native_enum(column)
    return column.compile(DIALECT) if native else "text"


def _float(column: sa.types.TypeEngine[Any]) -> Encoding:
    if isinstance(column, sa.REAL):
        return Encoding("real", _real)
    return Encoding("double precision", float)


def same(value: Any) -> Any:
    """A value that is sent as it is."""
    return value


def _real(value: float) -> float:
    # Beyond its range Postgres refuses a value; infinity compares the same.
    return math.copysign(math.inf, value) if abs(value) >= _LARGEST_REAL else float(value)


def _naive(value: datetime.datetime) -> datetime.datetime:
    return value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value


def _hex(value: uuid.UUID) -> str:
    return value.hex
