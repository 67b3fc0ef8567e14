"""In charge of rows on their way into MongoDB: documents under the keys that models store by. Pure.

What is null is stored as null; what a row lacks, its document lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from bson import ObjectId

from catalog.columns import ABSENT, Columns, Rows
from catalog.entity import Entity
from catalog.query import Path
from catalog.types import DocumentType, Field, FieldType, ListType, Scalar, UnionType
from datasources.errors import ValueInvalid, ValueOutOfRange
from datasources.given import Given, told_columns
from datasources.mongo.client import Document
from datasources.mongo.values import NOTHING, encoded

_STORE = "mongo"
_MOST_LEVELS: Final = 100

_AS_THEY_ARE: Final = frozenset(
    {Scalar.INT, Scalar.BIGINT, Scalar.BOOLEAN, Scalar.FLOAT, Scalar.BYTES}
)
"""Types of which BSON holds every value as it is, once they are known to be in range."""


def documents(entity: Entity, rows: Sequence[Given], places: Sequence[int]) -> list[Document]:
    """The documents of new rows, looked at by field; each with a new key, if it needs one.

    Raises ``ValueInvalid`` and ``ValueOutOfRange``, with the place of the row.
    """
    given, whole = told_columns(entity, rows)
    fields = entity.stored_fields
    values = {
        fields[name].stored: _column(fields[name], column, places) for name, column in given.items()
    }
    made = Rows(Columns(values, whole), len(rows)).listed()
    key = fields[entity.key[0]]
    if key.type is not Scalar.OBJECT_ID:
        return made
    return [
        each if each.get(key.stored) is not None else {key.stored: ObjectId(), **each}
        for each in made
    ]


def _column(field: Field, values: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """What BSON holds for a field's values, of which some may be `ABSENT`."""
    kind, path = field.type, (field.name,)
    if kind in _AS_THEY_ARE or (kind is Scalar.STRING and _are_texts(values)):
        return values
    return [
        value if value is ABSENT else stored(kind, value, path, at)
        for value, at in zip(values, places, strict=True)
    ]


def _are_texts(values: Sequence[Any]) -> bool:
    """Whether MongoDB holds all of them; they are looked at together, since that is one call."""
    text = "".join([value for value in values if isinstance(value, str)])
    return encoded(Scalar.STRING, text) is not NOTHING


def stored(kind: FieldType, value: Any, path: Path, row: int | None = None) -> Any:
    """What BSON holds for a value; ``path`` and ``row`` say where it comes from."""
    if value is None:
        return None
    if isinstance(kind, ListType):
        items = enumerate(cast("Sequence[Any]", value))
        return [stored(kind.of, item, (*path, str(at)), row) for at, item in items]
    if isinstance(kind, UnionType):
        kind = kind.members[value[kind.tag]]
    if isinstance(kind, DocumentType):
        return _members(kind.fields, value, path, row)
    made = encoded(kind, value)
    if made is NOTHING:
        raise _invalid(kind, path, row)
    if kind is Scalar.JSON:
        _check_json(value, path, row)
    return made


def _members(
    fields: Mapping[str, Field], value: Given, path: Path, row: int | None
) -> dict[str, Any]:
    return {
        fields[name].stored: stored(fields[name].type, item, (*path, name), row)
        for name, item in value.items()
    }


def _invalid(kind: FieldType, path: Path, row: int | None) -> ValueInvalid:
    messages: dict[FieldType, str] = {
        Scalar.DATETIME: "MongoDB holds moments to the millisecond, of the years 1 to 9999.",
        Scalar.DECIMAL: "MongoDB holds decimals of up to 34 digits.",
        Scalar.OBJECT_ID: "An ObjectId has 24 hex digits.",
        Scalar.STRING: "MongoDB holds no text with half of a character.",
    }
    message = messages.get(kind, "A value is none that MongoDB has.")
    return ValueInvalid(_STORE, message, paths=(path,), row=row)


def _check_json(value: Any, path: Path, row: int | None, depth: int = 0) -> None:
    """Raises for what JSON can say, and BSON cannot."""
    if depth > _MOST_LEVELS:
        message = f"MongoDB holds documents of up to {_MOST_LEVELS} levels."
        raise ValueInvalid(_STORE, message, paths=(path,), row=row)
    match value:
        case dict():
            held = cast("dict[str, Any]", value)
            if any("\0" in name for name in held):
                message = "MongoDB has no keys with NUL."
                raise ValueInvalid(_STORE, message, paths=(path,), row=row)
            for item in (*held, *held.values()):
                _check_json(item, path, row, depth + 1)
        case list():
            for item in cast("list[Any]", value):
                _check_json(item, path, row, depth + 1)
        case str() if encoded(Scalar.STRING, value) is NOTHING:
            raise _invalid(Scalar.STRING, path, row)
        case int() if not -(2**63) <= value < 2**63:
            message = "MongoDB holds whole numbers of up to 64 bits."
            raise ValueOutOfRange(_STORE, message, paths=(path,), row=row)
        case _:
            pass
