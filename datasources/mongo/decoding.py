"""In charge of single values on their way out of BSON: `values` turned round, by type.

Any BSON number will do where a number is meant, so long as the declared kind holds it exactly:
tools that write to MongoDB often make a double of 5. One that had to be rounded would not be found
by the value that a client is shown, and paging by it would not end.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping
from operator import methodcaller
from typing import Any, TypeVar, cast

from bson import Decimal128, ObjectId

from catalog.geo import GeoPoint
from catalog.types import Scalar

Decode = Callable[[Any], Any]
"""Gives Python's value for a stored one that is not null; TypeError or ValueError if wrong."""

T = TypeVar("T")


def instance(kind: type[T], value: Any) -> T:
    """The value, if it is one of this type; TypeError if not."""
    if isinstance(value, kind):
        return value
    raise TypeError


def _text(value: Any) -> str:
    if type(value) is str:  # stored code is a kind of str
        return value
    raise TypeError


def _whole(value: Any) -> int:
    if type(value) is int:
        return value
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _number(value: Any) -> float | int | decimal.Decimal:
    if isinstance(value, Decimal128):
        return value.to_decimal()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise TypeError


def _same(number: Any, convert: Callable[[Any], T]) -> T:
    """The number as one of another kind, if that is the same number; ValueError if not."""
    converted = convert(number)
    if converted == number or number != number:  # noqa: PLR0124 (NaN stays NaN)
        return converted
    raise ValueError


def _float(value: Any) -> float:
    return value if type(value) is float else _same(_number(value), float)


def _decimal(value: Any) -> decimal.Decimal:
    # By its text, a double is the decimal that people wrote, but most are not that very number.
    return _same(_number(value), lambda number: decimal.Decimal(str(number)))


in_utc: Callable[[datetime.datetime], datetime.datetime] = methodcaller(
    "replace", tzinfo=datetime.UTC
)
"""The moment that a stored date is."""


def _moment(value: Any) -> datetime.datetime:
    return in_utc(instance(datetime.datetime, value))


def _day(value: Any) -> datetime.date:
    moment = instance(datetime.datetime, value)
    if moment.time() != datetime.time():
        raise ValueError
    return moment.date()


def _clock(value: Any) -> datetime.time:
    return datetime.time.fromisoformat(_text(value))


def _point(value: Any) -> GeoPoint:
    stored = cast("Mapping[str, Any]", instance(dict, value))
    pair = cast("list[Any]", instance(list, stored.get("coordinates")))
    longitude, latitude, *_ = map(_float, pair)
    if stored.get("type") != "Point" or abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 (degrees)
        raise ValueError
    return GeoPoint(latitude, longitude)


def _json(value: Any) -> Any:
    """What JSON can say of a BSON value: types that it lacks become text."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return int(value)
        case str():
            return _text(value)
        case Mapping():
            held = cast("Mapping[str, Any]", value)
            return {name: _json(item) for name, item in held.items()}
        case list():
            return [_json(item) for item in cast("list[Any]", value)]
        case ObjectId() | uuid.UUID() | Decimal128():
            return str(value)
        case datetime.datetime():
            return in_utc(value).isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            raise TypeError


SCALARS: Mapping[Scalar, Decode] = {
    Scalar.INT: _whole,
    Scalar.BIGINT: _whole,
    Scalar.FLOAT: _float,
    Scalar.DECIMAL: _decimal,
    Scalar.STRING: _text,
    Scalar.BOOLEAN: lambda value: instance(bool, value),
    Scalar.DATE: _day,
    Scalar.TIME: _clock,
    Scalar.DATETIME: _moment,
    Scalar.UUID: lambda value: instance(uuid.UUID, value),
    Scalar.BYTES: lambda value: bytes(instance(bytes, value)),
    Scalar.JSON: _json,
    Scalar.POINT: _point,
    Scalar.OBJECT_ID: lambda value: str(instance(ObjectId, value)),
}
