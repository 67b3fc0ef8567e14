"""In charge of rows on their way into MongoDB: documents under the keys that models store by. Pure.

What is null is stored as null; what a row lacks, its document lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from bson import ObjectId

from catalog.entity import Entity
from catalog.query import Path
from catalog.types import DocumentType, Field, FieldType, ListType, Scalar, UnionType
from datasources.errors import ValueInvalid, ValueOutOfRange
from datasources.given import Given, told, written
from datasources.mongo.client import Document
from datasources.mongo.values import NOTHING, encoded

_STORE = "mongo"
_MOST_LEVELS: Final = 100


def document(entity: Entity, row: Given, at: int) -> Document:
    """The document of a new row, the ``at``-th; with a new key, if it needs one.

    Raises ``ValueInvalid`` and ``ValueOutOfRange``.
    """
    made = cast("Document", stored(written(entity), told(entity, row), (), at))
    key = entity.fields[entity.key[0]]
    if key.type is Scalar.OBJECT_ID and made.get(key.stored) is None:
        return {key.stored: ObjectId(), **made}
    return made


def stored(kind: FieldType, value: Any, path: Path, row: int | None = None) -> Any:
    """What BSON holds for a value; ``path`` and ``row`` say where it comes from."""
    if value is None:
        return None
    if isinstance(kind, ListType):
        return [stored(kind.of, item, path, row) for item in value]
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
