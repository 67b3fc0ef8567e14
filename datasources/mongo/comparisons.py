"""In charge of what a comparison comes to in BSON, before it is written as query or expression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from catalog.query import Compare, Operator
from catalog.types import EnumType, FieldType
from datasources.mongo.patterns import Pattern, pattern_of
from datasources.mongo.values import NOTHING, encoded, floored

RangeOperator = Literal["$lt", "$lte", "$gt", "$gte"]


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these; never true if there are none."""

    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """There is a value, and it is none of these."""

    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Range:
    """The value lies on one side of another."""

    operator: RangeOperator
    value: Any


Comparison = OneOf | NoneOf | Range | Pattern

NEVER: Final = OneOf(())

_RANGES: dict[Operator, RangeOperator] = {
    Operator.LT: "$lt",
    Operator.LTE: "$lte",
    Operator.GT: "$gt",
    Operator.PRECEDES: "$lt",
    Operator.FOLLOWS: "$gt",
    Operator.GTE: "$gte",
}


def comparison_of(kind: FieldType, compare: Compare) -> Comparison:
    """What ``compare`` asks of a stored value of type ``kind``."""
    operator, value = compare.operator, compare.value
    if value is None:
        return NEVER
    if operator in (Operator.EQ, Operator.IN):
        return OneOf(_encoded(kind, value if operator is Operator.IN else (value,)))
    if operator in (Operator.NE, Operator.NOT_IN):
        return NoneOf(_encoded(kind, value if operator is Operator.NOT_IN else (value,)))
    if operator in _RANGES:
        return _range(kind, _RANGES[operator], value)
    return NEVER if encoded(kind, value) is NOTHING else pattern_of(operator, value)


def _encoded(kind: FieldType, values: Iterable[Any]) -> list[Any]:
    stored = (encoded(kind, value) for value in values if value is not None)
    return [value for value in stored if value is not NOTHING]


def _range(kind: FieldType, operator: RangeOperator, value: Any) -> Comparison:
    if isinstance(kind, EnumType):
        return OneOf(_members(kind, operator, value))
    floor = floored(kind, value)
    if floor != value:  # what is before ``value`` is up to ``floor``, what is not is beyond it
        operator = "$lte" if operator in ("$lt", "$lte") else "$gt"
    stored = encoded(kind, floor)
    return NEVER if stored is NOTHING else Range(operator, stored)


def _members(kind: EnumType, operator: RangeOperator, value: str) -> list[Any]:
    """The stored values of the members on one side: their order is that of declaration."""
    names, stored = list(kind.members), list(kind.members.values())
    if value not in names:
        return []
    here = names.index(value)
    match operator:
        case "$lt":
            return stored[:here]
        case "$lte":
            return stored[: here + 1]
        case "$gt":
            return stored[here + 1 :]
        case "$gte":
            return stored[here:]
