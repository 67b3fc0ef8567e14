"""In charge of the fields of `Query`: by key, by unique key, connections, and `node`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity
from catalog.routine import REQUIRED, Gives, Routine
from catalog.routine import Argument as Said
from resolvers.documents.members import Anyone, Calls, Many, One
from resolvers.roots import resolve_connection, resolve_node, resolve_one, resolve_routine
from schema.abstract import Node
from schema.annotations import annotation_of, field_annotation
from schema.connections import connection_arguments
from schema.directives import directives_of
from schema.fields import Namespace, argument, class_of, produced_field


def query_type(catalog: Catalog, namespace: Namespace) -> type:
    """The root type with every generated field."""
    fields = [_node_field(catalog, namespace)]
    for entity in catalog.values():
        fields.append(_by_key(entity, entity.key, entity.singular, namespace))
        fields.extend(_by_unique_keys(entity, namespace))
        fields.append(_connection(entity, namespace))
    fields += (_routine(routine, namespace) for routine in catalog.routines)
    return strawberry.type(class_of("Query", fields, namespace), name="Query")


def _node_field(catalog: Catalog, namespace: Namespace) -> StrawberryField:
    return produced_field(
        "node",
        Node | None,
        namespace,
        resolve_node(catalog),
        arguments=[argument("id", strawberry.ID, namespace, "A `nodeId` seen before.")],
        member=Anyone(),
        description="Any object by its `nodeId`.",
    )


def _by_key(
    entity: Entity, key: tuple[str, ...], name: str, namespace: Namespace
) -> StrawberryField:
    fields = [entity.fields[part] for part in key]
    arguments = [
        argument(field.api, annotation_of(field.type, namespace, nullable=False), namespace)
        for field in fields
    ]
    return produced_field(
        name,
        f"{entity.name} | None",
        namespace,
        resolve_one(entity, key),
        arguments=arguments,
        member=One(entity, key),
        description=f"One {entity.name} by {' and '.join(field.api for field in fields)}.",
    )


def _by_unique_keys(entity: Entity, namespace: Namespace) -> Iterator[StrawberryField]:
    # SQLAlchemy keeps a table's constraints in a set; the schema is the same in every process.
    for key in sorted(entity.unique):
        names = [entity.fields[part].api for part in key]
        suffix = "And".join(name[:1].upper() + name[1:] for name in names)
        yield _by_key(entity, key, f"{entity.singular}By{suffix}", namespace)


def _connection(entity: Entity, namespace: Namespace) -> StrawberryField:
    return produced_field(
        entity.plural,
        f"{entity.name}Connection | None",
        namespace,
        resolve_connection(entity),
        arguments=connection_arguments(entity.name, namespace),
        member=Many(entity),
        description=entity.description,
    )


def _routine(routine: Routine, namespace: Namespace) -> StrawberryField:
    paged = routine.gives is Gives.ROWS
    more = connection_arguments(routine.entity.name, namespace) if paged else []
    return produced_field(
        routine.api,
        _given_by(routine, namespace),
        namespace,
        resolve_routine(routine),
        arguments=[*(_argument(each, namespace) for each in routine.arguments), *more],
        member=Calls(routine),
        description=routine.description,
        directives=directives_of(routine.read),
    )


def _given_by(routine: Routine, namespace: Namespace) -> object:
    """The annotation of what it gives, which may always be null: it takes a read of its own."""
    match routine.gives:
        case Gives.ROWS:
            return f"{routine.entity.name}Connection | None"
        case Gives.ROW:
            return f"{routine.entity.name} | None"
        case Gives.VALUE:
            (field,) = routine.entity.fields.values()
            return field_annotation(field, namespace)
        case _:
            assert_never(routine.gives)


def _argument(said: Said, namespace: Namespace) -> StrawberryArgument:
    annotation = annotation_of(said.type, namespace, nullable=said.nullable)
    none = said.default is REQUIRED or said.default is None
    default = strawberry.UNSET if none else said.default
    return argument(said.api, annotation, namespace, said.description, default=default)
