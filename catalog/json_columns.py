"""In charge of what JSON columns hold, where their model says it by a Pydantic annotation."""

from __future__ import annotations

from typing import Final

from pydantic.fields import FieldInfo

from catalog.documents import field_type
from catalog.errors import ModelError
from catalog.types import DocumentType, FieldType, ListType, Scalar, UnionType, element_of

_NOT_IN_JSON: Final = frozenset({Scalar.BYTES, Scalar.OBJECT_ID, Scalar.POINT})


def json_type(model: type, name: str, info: FieldInfo | None) -> FieldType:
    """The documents, the union of them, or the list that a JSON column is annotated as.

    What is annotated otherwise, or holds what JSON has no form for, is JSON of any kind.
    """
    try:
        kind = field_type(model, name, info) if info else Scalar.JSON
    except ModelError:
        return Scalar.JSON
    is_typed = isinstance(kind, DocumentType | UnionType | ListType)
    return kind if is_typed and _fits(kind) else Scalar.JSON


def _fits(kind: FieldType) -> bool:
    """Whether JSON has a form for all that a value of this type may hold."""
    inside = element_of(kind)
    if isinstance(inside, UnionType):
        return all(map(_fits, inside.types.values()))
    if isinstance(inside, DocumentType):
        return bool(inside.fields) and all(_fits(field.type) for field in inside.fields.values())
    return inside not in _NOT_IN_JSON
