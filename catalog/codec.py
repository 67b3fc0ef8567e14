"""In charge of values as JSON and back: in cursors, node ids and cached rows, by declared type.

``encoded`` gives what `json` and `orjson` can write; ``decoded`` gives the value back, exactly, or
raises ``ValueError`` for anything that the type cannot hold.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping
from typing import Any, cast

from catalog.geo import GeoPoint
from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType

_INT = range(-(2**31), 2**31)
_BIGINT = range(-(2**63), 2**63)


def encoded(kind: FieldType, value: Any) -> Any:
    """The JSON form of a value that a source returned."""
    if value is None:
        return None
    if isinstance(kind, Scalar):
        encode = _ENCODERS.get(kind)
        return encode(value) if encode else value
    if isinstance(kind, EnumType):
        return value
    if isinstance(kind, ListType):
        return [encoded(kind.of, item) for item in value]
    document = cast("dict[str, Any]", value)
    if isinstance(kind, UnionType):
        kind = kind.members[document[kind.tag]]
    return {name: encoded(kind.fields[name].type, item) for name, item in document.items()}


def decoded(kind: FieldType, value: Any) -> Any:
    """The value whose JSON form this is; ``ValueError`` if it is none of this type."""
    if value is None:
        return None
    if isinstance(kind, Scalar):
        return _DECODERS[kind](value)
    if isinstance(kind, EnumType):
        return _checked(value, isinstance(value, str) and value in kind.members)
    if isinstance(kind, ListType):
        _checked(value, isinstance(value, list))
        return [decoded(kind.of, item) for item in value]
    document = cast("dict[str, Any]", _checked(value, isinstance(value, dict)))
    if isinstance(kind, UnionType):
        member = kind.member(document.get(kind.tag))
        kind = member or DocumentType(kind.name, _checked({}, member is not None))
    _checked(value, document.keys() <= kind.fields.keys())
    return {name: decoded(kind.fields[name].type, item) for name, item in document.items()}


def _checked(value: Any, fits: bool) -> Any:  # noqa: FBT001 (a guard reads better so)
    if not fits:
        message = "not a value of this type"
        raise ValueError(message)
    return value


def _exact(scalar: Scalar, parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decoder that takes what the scalar's encoder writes, and nothing else that parses."""
    encode = _ENCODERS.get(scalar, str)

    def decode(value: Any) -> Any:
        try:
            parsed = parse(value)
            return _checked(parsed, encode(parsed) == value)
        except (ArithmeticError, AttributeError, TypeError) as error:
            raise ValueError(str(error)) from error

    return decode


def _whole(bounds: range) -> Callable[[Any], int]:
    return lambda value: _checked(value, type(value) is int and value in bounds)


def _aware(text: str) -> datetime.datetime:
    parsed = datetime.datetime.fromisoformat(text)
    _checked(parsed, parsed.tzinfo is not None)
    parsed.astimezone(datetime.UTC)  # an offset may lead out of the years that there are
    return parsed


def _float(value: Any) -> float:
    return float(_checked(value, not isinstance(value, bool)))


def _decimal(text: str) -> decimal.Decimal:
    parsed = decimal.Decimal(text)
    return _checked(parsed, not parsed.is_snan())


_ENCODERS: Mapping[Scalar, Callable[[Any], Any]] = {
    # JSON has no NaN and no infinities, so those travel as text.
    Scalar.FLOAT: lambda value: value if value - value == 0 else str(value),
    Scalar.DECIMAL: str,
    Scalar.DATE: datetime.date.isoformat,
    Scalar.TIME: datetime.time.isoformat,
    Scalar.DATETIME: datetime.datetime.isoformat,
    Scalar.UUID: str,
    Scalar.BYTES: lambda value: base64.b64encode(value).decode(),
    Scalar.POINT: lambda point: [point.latitude, point.longitude],
}


def _point(value: Any) -> GeoPoint:
    latitude, longitude = map(_float, _checked(value, isinstance(value, list)))
    return GeoPoint(latitude, longitude)


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_DECODERS: Mapping[Scalar, Callable[[Any], Any]] = {
    Scalar.INT: _whole(_INT),
    Scalar.BIGINT: _whole(_BIGINT),
    Scalar.FLOAT: _exact(Scalar.FLOAT, _float),
    Scalar.DECIMAL: _exact(Scalar.DECIMAL, _decimal),
    Scalar.STRING: _exact(Scalar.STRING, str),
    Scalar.BOOLEAN: lambda value: _checked(value, isinstance(value, bool)),
    Scalar.DATE: _exact(Scalar.DATE, datetime.date.fromisoformat),
    Scalar.TIME: _exact(Scalar.TIME, datetime.time.fromisoformat),
    Scalar.DATETIME: _exact(Scalar.DATETIME, _aware),
    Scalar.UUID: _exact(Scalar.UUID, uuid.UUID),
    Scalar.BYTES: _exact(Scalar.BYTES, _base64),
    Scalar.JSON: lambda value: value,
    Scalar.OBJECT_ID: _exact(Scalar.OBJECT_ID, str),
    Scalar.POINT: _exact(Scalar.POINT, _point),
}
