"""In charge of which Python type and which GraphQL scalar stand for each catalog scalar."""

from __future__ import annotations

import base64
import datetime
import decimal
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, NewType

import strawberry
from graphql import (
    FloatValueNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    StringValueNode,
    ValueNode,
    is_specified_scalar_type,
)
from strawberry.scalars import JSON, Base64
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.types.scalar import ScalarDefinition

from catalog.geo import GeoPoint
from catalog.types import Scalar
from resolvers.operations.answering import is_json
from resolvers.uploads import UPLOAD, Upload

BigInt = NewType("BigInt", int)
_BOUND = 2**63


# Of what a scalar may raise, only GraphQL's own error is the client's; any other would be ours.
def _parse_big_int(value: Any) -> int:
    with suppress(ValueError):
        number = int(value) if isinstance(value, str) else value
        if type(number) is int and -_BOUND <= number < _BOUND:
            return number
    message = "BigInt cannot represent anything but a whole number of 64 bits"
    raise GraphQLError(f"{message}, as a number or as a string.")


def _serialize_big_int(value: Any) -> str:
    return str(_parse_big_int(value))


def _parse_base64(value: Any) -> bytes:
    with suppress(ValueError):
        if isinstance(value, str):
            return base64.b64decode(value, validate=True)
    raise GraphQLError("Base64 is a string in the standard alphabet, with padding.")


def _serialize_base64(value: Any) -> str:
    return base64.b64encode(value).decode()


_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?Infinity|s?NaN", re.ASCII)
_WRITTEN_OUT = 40


def _parse_decimal(value: Any) -> decimal.Decimal:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return decimal.Decimal(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return decimal.Decimal(str(value))
    raise GraphQLError("Decimal cannot represent anything but a number, as such or as a string.")


def _parse_decimal_literal(node: ValueNode, _variables: Any = None) -> decimal.Decimal:
    # By its text: as a number of Python's it would lose digits.
    if isinstance(node, (IntValueNode, FloatValueNode, StringValueNode)):
        return _parse_decimal(node.value)
    raise GraphQLError("Decimal cannot represent anything but a number.", node)


def _serialize_decimal(value: Any) -> str:
    if not isinstance(value, decimal.Decimal):
        return str(_parse_decimal(value))
    plain = value.is_finite() and abs(value.adjusted()) < _WRITTEN_OUT
    return f"{value:f}" if plain else str(value)


_parse_other_moment: Any = DateTimeDefinition.parse_value
_is_moment = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)?", re.ASCII
).fullmatch


def _parse_moment(value: Any) -> Any:
    """As Strawberry's, which takes ten times as long; to it is left what is written otherwise."""
    if isinstance(value, str) and _is_moment(value):
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            return _parse_other_moment(value)
    return _parse_other_moment(value)


def _parse_point(_value: Any) -> GeoPoint:
    raise GraphQLError("A GeoPoint is only read; inputs take latitude and longitude.")


def _serialize_point(value: Any) -> dict[str, float]:
    if not isinstance(value, GeoPoint):
        raise GraphQLError("GeoPoint cannot represent anything but a point.")
    return {"latitude": value.latitude, "longitude": value.longitude}


def _parse_upload(value: Any) -> Upload:
    if isinstance(value, Upload):
        return value
    raise GraphQLError("An Upload is a file that comes with the request, by a variable.")


def _serialize_upload(_value: Any) -> Any:
    raise GraphQLError("Upload cannot represent anything: it is only for inputs.")


def _parse_upload_literal(node: ValueNode, _variables: Any = None) -> Upload:
    raise GraphQLError("An Upload comes by a variable.", node)


SCALAR_MAP: Mapping[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 64 bits, as a string: JavaScript's numbers hold 53.",
        serialize=_serialize_big_int,
        parse_value=_parse_big_int,
    ),
    datetime.datetime: replace(DateTimeDefinition, parse_value=_parse_moment),
    decimal.Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number, exact, as a string.",
        serialize=_serialize_decimal,
        parse_value=_parse_decimal,
        parse_literal=_parse_decimal_literal,
    ),
    Base64: strawberry.scalar(
        name="Base64",
        description="Binary data as a string, in the standard alphabet of Base64.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc4648.html#section-4",
        serialize=_serialize_base64,
        parse_value=_parse_base64,
    ),
    GeoPoint: strawberry.scalar(
        name="GeoPoint",
        description="A point on Earth: {latitude, longitude}, in degrees.",
        serialize=_serialize_point,
        parse_value=_parse_point,
    ),
    Upload: strawberry.scalar(
        name=UPLOAD,
        description="A file that comes with the request, as multipart/form-data.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        serialize=_serialize_upload,
        parse_value=_parse_upload,
        parse_literal=_parse_upload_literal,
    ),
}
"""Scalars that Strawberry does not bring itself, or reads too leniently."""


def locate_errors(schema: GraphQLSchema) -> None:
    """Has scalars tell where a literal stands that they cannot read; graphql-core's own do."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind):
            kind.parse_literal = _located(kind.parse_literal)  # type: ignore[method-assign]


def _located(parse: Callable[[ValueNode, Any], Any]) -> Callable[[ValueNode, Any], Any]:
    def parse_literal(node: ValueNode, variables: Any = None) -> Any:
        try:
            return parse(node, variables)
        except GraphQLError as error:
            if error.nodes:
                raise
            raise GraphQLError(error.message, node, extensions=error.extensions) from error

    return parse_literal


def check_leaves(schema: GraphQLSchema) -> None:
    """Has scalars refuse what JSON cannot hold where it stands, so that all else is answered."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLScalarType) and not (
            is_specified_scalar_type(kind) or kind.name in _PLAIN
        ):
            kind.serialize = kind.coerce_output_value = _checked(kind)  # type: ignore[method-assign]


def _checked(kind: GraphQLScalarType) -> Callable[[Any], Any]:
    serialize = kind.coerce_output_value

    def serialized(value: Any) -> Any:
        made = serialize(value)
        if type(made) is not str and not is_json(made):
            raise GraphQLError(f"{kind.name} cannot represent a value that is no JSON.")
        return made

    return serialized


_PLAIN: Final = frozenset(
    {"Base64", "BigInt", "Date", "DateTime", "Decimal", "GeoPoint", "Time", "UUID"}
)
"""Scalars that give nothing but JSON."""

PYTHON: Mapping[Scalar, Any] = {
    Scalar.INT: int,
    Scalar.BIGINT: BigInt,
    Scalar.FLOAT: float,
    Scalar.DECIMAL: decimal.Decimal,
    Scalar.STRING: str,
    Scalar.BOOLEAN: bool,
    Scalar.DATE: datetime.date,
    Scalar.TIME: datetime.time,
    Scalar.DATETIME: datetime.datetime,
    Scalar.UUID: uuid.UUID,
    Scalar.BYTES: Base64,
    Scalar.JSON: JSON,
    Scalar.OBJECT_ID: strawberry.ID,
    Scalar.POINT: GeoPoint,
}
"""The annotation that makes Strawberry use the right GraphQL scalar."""
