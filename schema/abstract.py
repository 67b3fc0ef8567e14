"""In charge of interfaces and unions: their types, and how a value is told to be of which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import strawberry
from graphql import GraphQLTypeResolver
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from catalog.entity import Interface
from catalog.errors import StoredValueError
from catalog.types import UnionType
from resolvers.documents.members import Reads
from resolvers.rows import Row
from schema.annotations import field_annotation
from schema.fields import Namespace, class_of, plain_field


@strawberry.interface(description="Anything that can be fetched again by one opaque id.")
class Node:
    """The interface of all entities."""

    node_id: strawberry.ID = strawberry.field(description="Identifies the object in the graph.")


def node_id_field(key: Sequence[str], namespace: Namespace) -> StrawberryField:
    """The `nodeId`, which is made of these fields."""
    return plain_field(
        "node_id",
        "nodeId",
        strawberry.ID,
        namespace,
        member=Reads(tuple(key)),
        description="Identifies the object in the graph.",
    )


def interface_type(
    name: str,
    fields: Iterable[StrawberryField],
    above: Sequence[str],
    namespace: Namespace,
    description: str | None,
) -> type:
    """The type of an interface that implements those above it, and `Node`."""
    cls = class_of(name, fields, namespace, bases=bases_of(above, namespace))
    strawberry.interface(cls, name=name, description=description)
    get_object_definition(cls, strict=True).resolve_type = _type_of_row
    return cls


def bases_of(above: Sequence[str], namespace: Namespace) -> tuple[type, ...]:
    """The classes of these interfaces, but for those that another one brings along."""
    classes: list[type] = [namespace[name] for name in above]
    nearest = [c for c in classes if not any(c is not o and issubclass(o, c) for o in classes)]
    return tuple(nearest) or (Node,)


def declared_interface(declared: Interface, ruled: Collection[str], namespace: Namespace) -> type:
    """The type of an interface that a user declared; its ``ruled`` fields not everybody reads."""
    shown = [
        replace(field, nullable=field.nullable or field.name in ruled)
        for field in declared.fields.values()
    ]
    fields = [
        plain_field(field.name, field.api, field_annotation(field, namespace), namespace)
        for field in shown
    ]
    node_id = node_id_field((), namespace)
    members, said = [node_id, *fields], declared.description
    return interface_type(declared.name, members, declared.interfaces, namespace, said)


def _type_of_row(row: Any, _info: Any, _kind: Any) -> str:
    if isinstance(row, Row) and row.entity_.kinds is None:
        return row.entity_.name
    name = row.entity_.name if isinstance(row, Row) else type(row).__name__
    raise StoredValueError(f"The stored row is of no kind that {name} has.")


def union_type(kind: UnionType, namespace: Namespace) -> Any:
    """The union of nested documents' types, which must be in the namespace."""
    members = tuple(StrawberryAnnotation(namespace[name]) for name in kind.types)
    return _Union(kind, members)


class _Union(StrawberryUnion):
    """A union whose values tell their type by the tag."""

    def __init__(self, kind: UnionType, members: tuple[StrawberryAnnotation, ...]) -> None:
        super().__init__(kind.name, members, kind.description)
        self._kind = kind

    def get_type_resolver(self, type_map: Any) -> GraphQLTypeResolver:
        """By the tag; sources give no value whose tag says nothing."""
        del type_map
        return self._type_of

    def _type_of(self, document: Any, _info: Any, _kind: Any) -> str | None:
        member = self._kind.member(document.get(self._kind.tag))
        return member.name if member else None
