"""In charge of which Python type and which GraphQL scalar stand for each catalog scalar."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Mapping
from typing import Any, NewType

import strawberry
from strawberry.scalars import JSON, Base64
from strawberry.types.scalar import ScalarDefinition

from catalog.types import Scalar

BigInt = NewType("BigInt", int)
_BOUND = 2**63


def _parse_big_int(value: Any) -> int:
    number = int(value) if isinstance(value, str) else value
    if type(number) is not int or not -_BOUND <= number < _BOUND:
        message = "BigInt is a whole number of 64 bits, as a number or as a string."
        raise ValueError(message)
    return number


def _serialize_big_int(value: Any) -> str:
    return str(_parse_big_int(value))


SCALAR_MAP: Mapping[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 64 bits, as a string: JavaScript's numbers hold 53.",
        serialize=_serialize_big_int,
        parse_value=_parse_big_int,
    ),
}
"""Scalars that Strawberry does not bring itself."""

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
}
"""The annotation that makes Strawberry use the right GraphQL scalar."""
