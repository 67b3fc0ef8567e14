"""In charge of the `orderBy` arguments: one `@oneOf` input for every entity and nested document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

import strawberry
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog
from catalog.types import DocumentType, Field, is_leaf
from schema.annotations import named_types, optional
from schema.fields import Namespace, class_of, input_field


@strawberry.enum(description="A direction. Nulls come last in both, unless it says otherwise.")
class Ordering(Enum):
    """What an order term may say; the names are those of the GraphQL enum."""

    ASC = "ASC"
    DESC = "DESC"
    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"


def add_orders(catalog: Catalog, namespace: Namespace) -> None:
    """Puts every order input of the catalog into the namespace."""
    for kind in named_types(f for entity in catalog.values() for f in entity.fields.values()):
        if isinstance(kind, DocumentType):
            _add(namespace, kind.name, list(_terms(kind.fields.values(), namespace)))
    for entity in catalog.values():
        to_one = [
            input_field(relation.api, f"{relation.target}Order | None", namespace)
            for relation in entity.relations.values()
            if not relation.many and not relation.cross_store
        ]
        _add(namespace, entity.name, [*_terms(entity.fields.values(), namespace), *to_one])


def _add(namespace: Namespace, name: str, fields: list[StrawberryField]) -> None:
    # A document with nothing to sort by has no order input, and neither have its parents.
    if fields:
        order = class_of(f"{name}Order", fields, namespace)
        namespace[f"{name}Order"] = strawberry.input(order, name=f"{name}Order", one_of=True)


def _terms(fields: Iterable[Field], namespace: Namespace) -> Iterator[StrawberryField]:
    for field in fields:
        if is_leaf(field.type):
            yield input_field(field.api, optional(Ordering), namespace, field.description)
        elif isinstance(field.type, DocumentType) and f"{field.type.name}Order" in namespace:
            order = f"{field.type.name}Order | None"
            yield input_field(field.api, order, namespace, field.description)
