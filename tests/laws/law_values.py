"""In charge of values for arguments: any that their types allow, and those that find something.

A value is plain JSON, as in a request's variables; `law_operations` writes it as a literal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
)

SPECIMENS: Mapping[str, Sequence[Any]] = {
    "Int": [0, 1, 2, 3, -1, 2**31 - 1],
    "Float": [0.5, 0, -1.5, 1e300],
    "String": ["", "a", "%s%", "_", "é", 'a"b\\'],
    "Boolean": [True, False],
    "ID": ["000000000000000000000001", "x"],
    "BigInt": ["7", "-9007199254740993"],
    "Decimal": ["0.5", "9.90"],
    "Date": ["2013-01-01", "1955-01-01"],
    "Time": ["09:15:00"],
    "DateTime": ["2013-01-01T10:00:00+00:00", "2024-05-03T12:30:00Z"],
    "UUID": ["00000000000000000000000000000001"],
    "Base64": ["", "AP8="],
    "Ink": ["ink 1", "ink 3", "ink 4", "blue"],
    "JSON": [{"a": [1, None]}, None, "x"],
}
"""Of each scalar some that rows need not hold."""

_BY_NAME: Mapping[str, Sequence[Any]] = {
    "timeZone": ["America/New_York", "UTC", "Asia/Kolkata", "Nowhere/Land"],
    "first": [0, 1, 1, 2, 2, 3, 5],
    "last": [1, 2, 3],
    "offset": [0, 1, 2, 4],
}
_OPERATORS = frozenset(
    {"eq", "ne", "in", "notIn", "lt", "lte", "gt", "gte", "some", "every", "none"}
    | {"like", "ilike", "startsWith", "endsWith", "contains"}
)


@dataclass(frozen=True)
class Known:
    """What the rows of a world hold: values by field and scalar, and by scalar alone."""

    by_field: Mapping[tuple[str, str], Sequence[Any]]
    by_scalar: Mapping[str, Sequence[Any]]


class Values:
    """Draws values by type."""

    def __init__(self, random: Random, known: Known) -> None:
        self._random = random
        self._known = known

    def of(self, kind: Any, name: str, depth: int) -> Any:
        """A value for an argument, or for a field of an input, of this name and type."""
        if isinstance(kind, GraphQLNonNull):
            return self._of(kind.of_type, name, depth)
        return None if self._random.random() < 0.01 else self._of(kind, name, depth)

    def _of(self, kind: Any, name: str, depth: int) -> Any:
        if isinstance(kind, GraphQLList):
            length = self._random.choice([name == "by", 1, 1, 1, 2, 2, 3])
            return [self.of(kind.of_type, name, depth) for _ in range(length)]
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, name, depth)
        if isinstance(kind, GraphQLEnumType):
            return self._random.choice(list(kind.values))
        return self._scalar(kind, name)

    def _scalar(self, kind: GraphQLScalarType, name: str) -> Any:
        if name in _BY_NAME:
            return self._random.choice(_BY_NAME[name])
        met = self._known.by_field.get((name, kind.name))
        # An argument `id` may be of one entity, or of any node.
        if met and self._random.random() < (0.5 if kind.name == "ID" else 0.8):
            return self._random.choice(met)
        return self._random.choice(
            [*SPECIMENS[kind.name], *self._known.by_scalar.get(kind.name, ())]
        )

    def _object(self, kind: GraphQLInputObjectType, name: str, depth: int) -> dict[str, Any]:
        # What a `@oneOf` gives is never null.
        draw = self._of if kind.is_one_of else self.of
        return {
            each: draw(kind.fields[each].type, name if each in _OPERATORS else each, depth - 1)
            for each in self._chosen(kind, depth)
        }

    def _chosen(self, kind: GraphQLInputObjectType, depth: int) -> list[str]:
        """Names of the fields to give: one of a `@oneOf`, else the required, and a few others."""
        fields = kind.fields
        offered = [n for n, f in fields.items() if depth > 0 or _is_flat(f.type)] or list(fields)
        if kind.is_one_of:
            return [self._random.choice(offered)]
        required = [n for n, f in fields.items() if isinstance(f.type, GraphQLNonNull)]
        others = self._random.sample(
            offered, min(self._random.choice([0, 1, 1, 1, 2]), len(offered))
        )
        return list(dict.fromkeys([*required, *others]))


def _is_flat(kind: Any) -> bool:
    inner = get_named_type(kind)
    return not isinstance(inner, GraphQLInputObjectType) or not any(
        isinstance(get_named_type(field.type), GraphQLInputObjectType)
        for field in inner.fields.values()
    )
