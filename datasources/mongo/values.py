"""In charge of single values on their way into BSON.

    date      midnight UTC, as a BSON date       time   its ISO text: text order is time order
    datetime  BSON date, milliseconds            UUID   binary, subtype 4
    Decimal   Decimal128                         enum   the value stored for the member
    GeoPoint  a GeoJSON point, longitude first

What no document can hold (a malformed ObjectId, half a surrogate pair, a moment between two
milliseconds, a decimal of more than 34 digits) is `NOTHING`: it equals nothing stored.
"""

from __future__ import annotations

import datetime
import decimal
from typing import Any, Final, assert_never

from bson import Binary, Decimal128, ObjectId
from bson.decimal128 import create_decimal128_context

from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType


class Nothing:
    """The type of `NOTHING`."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = Nothing()

_LONGS = range(-(2**63), 2**63)
_FLOOR = create_decimal128_context()
_FLOOR.rounding = decimal.ROUND_FLOOR
_FLOOR.clear_traps()


def encoded(kind: FieldType, value: Any) -> Any:
    """What BSON holds for a value of a leaf type, or `NOTHING`."""
    match kind:
        case EnumType():
            return kind.members.get(value, NOTHING)
        case Scalar():
            return _encoded(kind, value)
        case ListType() | DocumentType() | UnionType():
            raise TypeError(f"{kind} is not a leaf, so no value stands for it")
        case _:
            assert_never(kind)


def _encoded(kind: Scalar, value: Any) -> Any:
    match kind:
        case Scalar.STRING:
            return _text(value)
        case Scalar.INT | Scalar.BIGINT:
            return _whole(value)
        case Scalar.DECIMAL:
            rounded = _FLOOR.create_decimal(value)
            return Decimal128(rounded) if rounded == value else NOTHING
        case Scalar.OBJECT_ID:
            return ObjectId(value) if ObjectId.is_valid(value) else NOTHING
        case Scalar.UUID:
            return Binary.from_uuid(value)
        case Scalar.DATE:
            return datetime.datetime.combine(value, datetime.time(), datetime.UTC)
        case Scalar.TIME:
            return _clock(value).isoformat()
        case Scalar.DATETIME:
            return _moment(value)
        case Scalar.POINT:
            return {"type": "Point", "coordinates": [value.longitude, value.latitude]}
        case Scalar.BOOLEAN | Scalar.FLOAT | Scalar.BYTES | Scalar.JSON:
            return value
        case _:
            assert_never(kind)


def floored(kind: FieldType, value: Any) -> Any:
    """The latest value of a range's type that BSON can hold and that is not after ``value``."""
    if kind is Scalar.DATETIME:
        return value - datetime.timedelta(microseconds=value.microsecond % 1000)
    return _FLOOR.create_decimal(value) if kind is Scalar.DECIMAL else value


def _text(value: str) -> str | Nothing:
    try:
        value.encode()
    except UnicodeEncodeError:
        return NOTHING
    return value


def _whole(value: int) -> int | float:
    # MongoDB compares numbers of different types by what they are; so beyond 64 bits a double does.
    if value in _LONGS:
        return value
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _moment(value: datetime.datetime) -> datetime.datetime | Nothing:
    aware = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
    try:
        moment = aware.astimezone(datetime.UTC)
    except OverflowError:  # an offset that leads out of the years 1 to 9999
        return NOTHING
    return NOTHING if moment.microsecond % 1000 else moment


def _clock(value: datetime.time) -> datetime.time:
    """The time of day in UTC, without an offset."""
    if value.tzinfo is None:
        return value
    moment = datetime.datetime.combine(datetime.date(2000, 1, 1), value)
    return moment.astimezone(datetime.UTC).time()
