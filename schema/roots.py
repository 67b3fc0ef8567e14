"""In charge of the fields of `Query`: by key, by unique key, connections, and `node`."""

from __future__ import annotations

from collections.abc import Iterator

import strawberry
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity
from resolvers.members import Anyone, Many, One
from resolvers.roots import resolve_connection, resolve_node, resolve_one
from schema.abstract import Node
from schema.annotations import annotation_of
from schema.connections import connection_arguments
from schema.fields import Namespace, argument, class_of, produced_field


def query_type(catalog: Catalog, namespace: Namespace) -> type:
    """The root type with every generated field."""
    fields = [_node_field(catalog, namespace)]
    for entity in catalog.values():
        fields.append(_by_key(entity, entity.key, entity.singular, namespace))
        fields.extend(_by_unique_keys(entity, namespace))
        fields.append(_connection(entity, namespace))
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
