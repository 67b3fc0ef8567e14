"""In charge of what edits make of one row: in memory, and to see beforehand if a store may."""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, assert_never

from catalog.change import Edit, Increment, Pull, Push, Set
from catalog.entity import Entity
from catalog.errors import StoredValueError
from catalog.query import Path
from catalog.types import FieldType, type_after
from datasources.errors import ValueInvalid, ValueOutOfRange
from datasources.given import in_range

Row: TypeAlias = Mapping[str, Any]

# Python's own has 28 digits, fewer than either store holds.
_EXACT: Final = decimal.Context(prec=1000)


def edited(entity: Entity, row: Row, edits: Sequence[Edit]) -> Row:
    """The row after all edits. Raises ``ValueOutOfRange``, or ``ValueInvalid`` for what is stored.

    What is null stays so, but for what is set or pushed to, and for the documents on the way there.
    """
    for edit in edits:
        kind, old = _at(entity.document, row, edit.path)
        if old is None and not isinstance(edit, Set | Push):
            continue
        if isinstance(old, StoredValueError) and not isinstance(edit, Set):
            raise ValueInvalid(entity.store.value, old.message, paths=(edit.path,))
        try:
            row = _put(row, edit.path, _made(kind, old, edit))
        except OverflowError:
            message = "The sum is beyond what its field can hold."
            raise ValueOutOfRange(entity.store.value, message, paths=(edit.path,)) from None
    return row


def _at(kind: FieldType, value: Any, path: Path) -> tuple[FieldType, Any]:
    for name in path:
        kind = type_after(kind, name)
        value = value.get(name) if value is not None else None
    return kind, value


def _made(kind: FieldType, old: Any, edit: Edit) -> Any:
    match edit:
        case Set(_, value):
            return value
        case Increment(_, by):
            return _incremented(kind, old, by)
        case Push(_, values):
            return [*(old or ()), *values]
        case Pull(_, values):
            return _without(old, values)
        case _:
            assert_never(edit)


def _put(row: Row, path: Path, value: Any) -> Row:
    name, *inner = path
    return {**row, name: _put(row.get(name) or {}, tuple(inner), value) if inner else value}


def _incremented(kind: FieldType, value: Any, by: Any) -> Any:
    total = _EXACT.add(value, by) if isinstance(value, decimal.Decimal) else value + by
    endless = isinstance(total, float) and math.isinf(total)
    if (endless and math.isfinite(value) and math.isfinite(by)) or not in_range(kind, total):
        raise OverflowError
    return total


def _without(items: Iterable[Any], values: Iterable[Any]) -> list[Any]:
    gone = list(values)
    return [item for item in items if item is None or item not in gone]
