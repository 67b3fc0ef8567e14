"""In charge of claims as values to compare with, by the type of what they are compared to."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from catalog.types import EnumType, FieldType, Scalar
from resolvers.errors import InputError
from resolvers.planning.arguments import value_of

ABSENT: Final = object()
"""There is no such claim, or it is nothing of its type."""


@dataclass(frozen=True, slots=True)
class Use:
    """A claim where it is compared: with a value of this type, or with several."""

    name: str
    path: tuple[str, ...]
    kind: FieldType
    many: bool

    def value(self, claims: Mapping[str, Any]) -> Any:
        """What the token says there, as sources know it; `ABSENT` if it is not of its type."""
        found: Any = claims
        for name in self.path:
            if not isinstance(found, Mapping) or name not in found:
                return ABSENT
            found = cast("Mapping[str, Any]", found)[name]
        several = cast("Sequence[Any]", found) if isinstance(found, list) else [found]
        if not self.many and isinstance(found, list):
            return ABSENT
        try:
            values = [value_of(self.kind, _value(self.kind, each)) for each in several]
        except (ValueError, TypeError, ArithmeticError, InputError):
            return ABSENT
        return tuple(values) if self.many else values[0]


def comparable(kind: FieldType) -> bool:
    """Whether a claim can be compared with values of this type."""
    return isinstance(kind, EnumType) or kind in _READ


def _value(kind: FieldType, raw: Any) -> Any:
    if isinstance(kind, EnumType):
        if raw not in kind.members:
            raise ValueError(raw)
        return raw
    types, read = _READ[cast("Scalar", kind)]
    if not isinstance(raw, types) or (isinstance(raw, bool) and bool not in types):
        raise TypeError(raw)
    return read(raw)


def _whole(raw: int, bits: int) -> int:
    if not -(1 << bits) <= raw < 1 << bits:
        raise ValueError(raw)
    return raw


_READ: Final[Mapping[Scalar, tuple[tuple[type, ...], Any]]] = {
    Scalar.STRING: ((str,), str),
    Scalar.OBJECT_ID: ((str,), str),
    Scalar.BOOLEAN: ((bool,), bool),
    Scalar.INT: ((int,), partial(_whole, bits=31)),
    Scalar.BIGINT: ((int,), partial(_whole, bits=63)),
    Scalar.FLOAT: ((int, float), float),
    Scalar.DECIMAL: ((int, str), decimal.Decimal),
    Scalar.DATE: ((str,), datetime.date.fromisoformat),
    Scalar.TIME: ((str,), datetime.time.fromisoformat),
    Scalar.DATETIME: ((str,), datetime.datetime.fromisoformat),
    Scalar.UUID: ((str,), uuid.UUID),
}
