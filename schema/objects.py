"""In charge of the object types: one for every entity, with its relations, and nested document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from catalog.access import Rule, anyone, read_of, rules_of
from catalog.entity import Catalog, Entity, Interface, Relation
from catalog.types import DocumentType, Field, UnionType
from resolvers.relations import resolve_relation, resolve_ruled
from resolvers.rows import Row
from schema.abstract import (
    bases_of,
    declared_interface,
    interface_type,
    node_id_field,
    union_type,
)
from schema.annotations import field_annotation, named_types
from schema.connections import add_connection, connection_arguments
from schema.directives import directives_of
from schema.enums import enum_class
from schema.fields import Namespace, class_of, plain_field, produced_field


def add_objects(catalog: Catalog, namespace: Namespace) -> None:
    """Puts every object type, connection and enum of the catalog into the namespace."""
    served = [field for entity in catalog.values() for field in entity.fields.values()]
    called = [field for routine in catalog.routines for field in routine.own_fields]
    for kind in named_types([*served, *called]):
        if kind.name in namespace:
            continue
        if isinstance(kind, DocumentType):
            namespace[kind.name] = _document_type(kind, namespace)
        elif isinstance(kind, UnionType):
            namespace[kind.name] = union_type(kind, namespace)
        else:
            namespace[kind.name] = enum_class(kind)
    for declared in sorted(catalog.interfaces, key=_depth):
        ruled = {
            name
            for entity in catalog.values()
            if declared.name in entity.interfaces
            for name in rules_of(entity)
        }
        namespace[declared.name] = declared_interface(declared, ruled, namespace)
    for entity in sorted(catalog.values(), key=_depth):
        namespace[entity.name] = _entity_type(entity, namespace)
        add_connection(entity, namespace)


def _depth(implementing: Entity | Interface) -> int:
    """What is implemented comes before what implements it."""
    return len(implementing.interfaces)


def _document_type(kind: DocumentType, namespace: Namespace) -> type:
    fields = [
        plain_field(
            field.name,
            field.api,
            field_annotation(field, namespace),
            namespace,
            member=field,
            description=field.description,
        )
        for field in kind.fields.values()
    ]
    return strawberry.type(
        class_of(kind.name, fields, namespace), name=kind.name, description=kind.description
    )


def _entity_type(entity: Entity, namespace: Namespace) -> type:
    fields, above = _fields(entity, namespace), entity.interfaces
    if entity.kinds:
        return interface_type(entity.name, fields, above, namespace, entity.description)

    def is_type_of(source: Any, _info: Any) -> bool:
        return isinstance(source, Row) and source.entity_.name == entity.name

    cls = class_of(entity.name, fields, namespace, bases=bases_of(above, namespace))
    strawberry.type(
        cls,
        name=entity.name,
        description=entity.description,
        directives=directives_of(read_of(entity)),
    )
    # Not as an attribute of the class, where a field of this name may stand.
    get_object_definition(cls, strict=True).is_type_of = is_type_of
    return cls


def _fields(entity: Entity, namespace: Namespace) -> Iterator[StrawberryField]:
    yield node_id_field(entity.key, namespace)
    for field in entity.fields.values():
        rule = rules_of(entity).get(field.name)
        yield (
            _ruled_field(entity, field, rule, namespace) if rule else _open_field(field, namespace)
        )
    for relation in entity.relations.values():
        yield _relation_field(entity, relation, namespace)


def _open_field(field: Field, namespace: Namespace) -> StrawberryField:
    return plain_field(
        field.name,
        field.api,
        field_annotation(field, namespace),
        namespace,
        member=field,
        description=field.description,
    )


def _ruled_field(entity: Entity, field: Field, rule: Rule, namespace: Namespace) -> StrawberryField:
    """A field that not everybody may read; who may not gets null, and the rest of the row."""
    return produced_field(
        field.api,
        field_annotation(replace(field, nullable=True), namespace),
        namespace,
        resolve_ruled(entity, field),
        member=field,
        description=field.description,
        directives=_shown(entity, rule),
    )


def _shown(entity: Entity, rule: Rule) -> Sequence[object]:
    """What the SDL shows of a member's rule: on the types of rows, and not on interfaces."""
    return () if entity.kinds else directives_of(rule)


def _relation_field(entity: Entity, relation: Relation, namespace: Namespace) -> StrawberryField:
    many = relation.many
    rule = rules_of(entity).get(relation.name, anyone)
    # Null where there is no such row, or where another read failed: the row itself stays.
    return produced_field(
        relation.api,
        f"{relation.target}{'Connection' if many else ''} | None",
        namespace,
        resolve_relation(relation),
        arguments=connection_arguments(relation.target, namespace) if many else (),
        member=relation,
        description=relation.description,
        directives=_shown(entity, rule),
    )
