"""In charge of annotations: what Strawberry reads to give a field its GraphQL type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Optional

from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    element_of,
    is_open,
)
from schema.fields import Namespace
from schema.scalars import PYTHON


def annotation_of(kind: FieldType, namespace: Namespace, *, nullable: bool) -> Any:
    """The Python annotation of a type; documents and enums must be in the namespace."""
    annotation = _annotation(kind, namespace)
    return optional(annotation) if nullable or is_open(kind) else annotation


def field_annotation(field: Field, namespace: Namespace) -> Any:
    """The annotation of an entity's or document's field."""
    return annotation_of(field.type, namespace, nullable=field.nullable)


def optional(annotation: Any) -> Any:
    """The nullable form of an annotation made at run time."""
    return Optional[annotation]  # noqa: UP045 (`|` does not work on every annotation)


def _annotation(kind: FieldType, namespace: Namespace) -> Any:
    if isinstance(kind, Scalar):
        return PYTHON[kind]
    if isinstance(kind, ListType):
        return list[annotation_of(kind.of, namespace, nullable=kind.items_nullable)]
    return namespace[kind.name]


def named_types(fields: Iterable[Field]) -> Iterator[DocumentType | EnumType | UnionType]:
    """Every document, enum and union below these fields, the inner ones first."""
    for field in fields:
        yield from _named_in(element_of(field.type))


def _named_in(kind: FieldType) -> Iterator[DocumentType | EnumType | UnionType]:
    if isinstance(kind, UnionType):
        for member in kind.types.values():
            yield from _named_in(member)
    if isinstance(kind, DocumentType):
        yield from named_types(kind.fields.values())
    if isinstance(kind, (DocumentType, EnumType, UnionType)):
        yield kind
