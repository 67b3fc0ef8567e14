"""In charge of the inputs of writes: new rows, what becomes of rows, and the documents in them.

In a new row a field must be given if nobody else gives it a value; in a change every field may be
left out, which leaves it as it is. Null is a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, assert_never

import strawberry
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity
from catalog.names import lower_first
from catalog.nesting import may_change, may_make, supplied_fields
from catalog.types import DocumentType, EnumType, Field, FieldType, ListType, Scalar, UnionType
from catalog.writing import Writable, is_written, writable_fields
from schema.annotations import named_types, optional
from schema.edits import add_edits
from schema.fields import Namespace, class_of, input_field
from schema.measuring import GeoPosition
from schema.nested import add_changes, add_keys, nested_fields
from schema.scalars import PYTHON


def add_inputs(catalog: Catalog, namespace: Namespace) -> None:
    """Puts the inputs of all that can be written into the namespace."""
    written = list(filter(is_written, catalog.values()))
    if written:
        add_keys(catalog, namespace)
    for entity in written:
        writable = writable_fields(entity)
        _add_documents([each.field for each in writable], namespace)
        if may_make(entity):
            _add_create(catalog, entity, writable, namespace)
        if may_change(entity):
            free = [each.field for each in writable if not each.fixed]
            _add_update(catalog, entity, free, namespace)


def value_annotation(kind: FieldType, namespace: Namespace) -> Any:
    """The annotation of a value that is given, and not null."""
    match kind:
        case Scalar.POINT:
            return GeoPosition
        case Scalar():
            return PYTHON[kind]
        case EnumType():
            return namespace[kind.name]
        case ListType():
            item = value_annotation(kind.of, namespace)
            return list[optional(item) if kind.items_nullable else item]
        case DocumentType() | UnionType():
            return namespace[f"{kind.name}Input"]
        case _:
            assert_never(kind)


def _add_create(
    catalog: Catalog, entity: Entity, writable: Iterable[Writable], namespace: Namespace
) -> None:
    supplied = supplied_fields(catalog, entity)
    fields = [
        _new(each.field, namespace, required=each.required and each.field.name not in supplied)
        for each in writable
    ]
    fields += nested_fields(catalog, entity, "Create", namespace, new=True)
    _add(f"{entity.name}Create", f"A new {entity.name}.", fields, namespace)


def _add_update(
    catalog: Catalog, entity: Entity, fields: Sequence[Field], namespace: Namespace
) -> None:
    meaning = f"What becomes of a {entity.name}: fields that are left out stay as they are."
    changed = [_changed(field, namespace) for field in fields]
    changed += nested_fields(catalog, entity, "Update", namespace, new=False)
    _add(f"{entity.name}Update", meaning, changed, namespace)
    add_edits(entity.name, fields, value_annotation, namespace)
    add_changes(entity, namespace)


def _add_documents(fields: Iterable[Field], namespace: Namespace) -> None:
    """The inputs of all documents below these fields, the inner ones first."""
    kinds = list(named_types(fields))
    told = {
        (name, kind.tag)
        for kind in kinds
        if isinstance(kind, UnionType)
        for name in kind.types
        if len(kind.values(name)) == 1
    }
    for kind in kinds:
        if f"{kind.name}Input" in namespace:
            continue
        if isinstance(kind, DocumentType):
            _add_document(kind, {tag for name, tag in told if name == kind.name}, namespace)
        elif isinstance(kind, UnionType):
            _add_union(kind, namespace)


def _add_document(kind: DocumentType, told: set[str], namespace: Namespace) -> None:
    """A document as a whole, and as what becomes of one; the union that holds it tells its tag."""
    fields = kind.fields.values()
    whole = [_new(f, namespace, required=not f.nullable and f.name not in told) for f in fields]
    _add(f"{kind.name}Input", kind.description, whole, namespace)
    merged = [_changed(field, namespace) for field in fields]
    _add(f"{kind.name}Merge", "Fields that are left out stay as they are.", merged, namespace)
    ways = [
        input_field("set", f"{kind.name}Input | None", namespace, "The whole document."),
        input_field("merge", f"{kind.name}Merge | None", namespace, "Some of its fields."),
    ]
    _add(f"{kind.name}Update", "What becomes of it.", ways, namespace, one_of=True)
    add_edits(kind.name, list(fields), value_annotation, namespace)


def _add_union(kind: UnionType, namespace: Namespace) -> None:
    members = [
        input_field(lower_first(name), f"{name}Input | None", namespace, member.description)
        for name, member in kind.types.items()
    ]
    _add(f"{kind.name}Input", kind.description, members, namespace, one_of=True)


def _new(field: Field, namespace: Namespace, *, required: bool) -> StrawberryField:
    annotation = value_annotation(field.type, namespace)
    annotation = annotation if required else optional(annotation)
    return input_field(field.api, annotation, namespace, field.description, required=required)


def _changed(field: Field, namespace: Namespace) -> StrawberryField:
    annotation = (
        namespace[f"{field.type.name}Update"]
        if isinstance(field.type, DocumentType)
        else value_annotation(field.type, namespace)
    )
    return input_field(field.api, optional(annotation), namespace, field.description)


def _add(
    name: str,
    meaning: str | None,
    fields: list[StrawberryField],
    namespace: Namespace,
    *,
    one_of: bool = False,
) -> None:
    if fields:  # an input without any could not be given
        cls = class_of(name, fields, namespace)
        namespace[name] = strawberry.input(cls, name=name, description=meaning, one_of=one_of)
