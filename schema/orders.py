"""In charge of the `orderBy` arguments: one `@oneOf` input for every entity and nested document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import strawberry
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity
from catalog.searches import SEARCH, SIMILARITY
from catalog.types import DocumentType, Field, Scalar, is_leaf
from schema.annotations import named_types, optional
from schema.fields import Namespace, class_of, input_field
from schema.measuring import GeoPointOrder, SearchRanking, TextLikenessOrder
from schema.ordering import Ordering


def add_orders(catalog: Catalog, namespace: Namespace) -> None:
    """Puts every order input of the catalog into the namespace."""
    for kind in named_types(f for entity in catalog.values() for f in entity.fields.values()):
        if isinstance(kind, DocumentType):
            _add(namespace, kind.name, list(_terms(kind.fields.values(), namespace)))
    for entity in catalog.values():
        to_one = [
            input_field(relation.api, f"{relation.target}Order | None", namespace)
            for relation in entity.relations.values()
            if not relation.many
        ]
        terms = [*_terms(entity.fields.values(), namespace), *to_one]
        _add(namespace, entity.name, [*terms, *_measured(entity, namespace)])


def _add(namespace: Namespace, name: str, fields: list[StrawberryField]) -> None:
    # A document with nothing to sort by has no order input, and neither have its parents.
    if fields:
        order = class_of(f"{name}Order", fields, namespace)
        namespace[f"{name}Order"] = strawberry.input(order, name=f"{name}Order", one_of=True)


def _terms(fields: Iterable[Field], namespace: Namespace) -> Iterator[StrawberryField]:
    for field in fields:
        if is_leaf(field.type):
            yield input_field(field.api, optional(Ordering), namespace, field.description)
        elif field.type is Scalar.POINT:
            yield input_field(field.api, optional(GeoPointOrder), namespace, field.description)
        elif isinstance(field.type, DocumentType) and f"{field.type.name}Order" in namespace:
            order = f"{field.type.name}Order | None"
            yield input_field(field.api, order, namespace, field.description)


def _measured(entity: Entity, namespace: Namespace) -> Iterator[StrawberryField]:
    """The terms that order by what a search or a likeness makes of a row."""
    if entity.search:
        meaning = "How well the row answers the search in `where`."
        yield input_field(SEARCH, optional(SearchRanking), namespace, meaning)
    similar = [
        input_field(field.api, optional(TextLikenessOrder), namespace, field.description)
        for field in entity.fields.values()
        if field.similar
    ]
    if similar:
        _add(namespace, f"{entity.name}Similarity", similar)
        order = f"{entity.name}SimilarityOrder | None"
        yield input_field(SIMILARITY, order, namespace, "How like the row's text is to another.")
