"""In charge of the `where` arguments: a filter input for every entity, document and leaf type."""

from __future__ import annotations

import strawberry
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity, Relation
from catalog.names import SIMILAR_STRING, lower_first
from catalog.query import Operator, Quantifier
from catalog.searches import SEARCH
from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    element_of,
)
from schema.annotations import annotation_of, named_types, optional
from schema.costs import COMPARED
from schema.fields import Namespace, class_of, input_field
from schema.measuring import GeoArea, GeoNear, TextLikeness

_EQUALITY = (Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN)
_RANGE = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
_TEXT = (
    Operator.LIKE,
    Operator.ILIKE,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
    Operator.CONTAINS,
)
_OPERATORS: dict[Scalar, tuple[Operator, ...]] = {
    **dict.fromkeys(Scalar, (*_EQUALITY, *_RANGE)),
    Scalar.STRING: (*_EQUALITY, *_RANGE, *_TEXT),
    Scalar.BOOLEAN: _EQUALITY,
    Scalar.BYTES: _EQUALITY,
    Scalar.JSON: (),
    Scalar.POINT: (Operator.NEAR, Operator.WITHIN),
}
_INPUTS = {Operator.SIMILAR: TextLikeness, Operator.NEAR: GeoNear, Operator.WITHIN: GeoArea}
_MEANING = {
    Operator.EQ: "Equal. Null is equal to nothing: ask `isNull`.",
    Operator.NE: "Not equal; like every comparison, false for null.",
    Operator.IN: "Equal to one of these.",
    Operator.NOT_IN: "Equal to none of these; false for null.",
    Operator.LIKE: "Matches a pattern in whole: `%` is any text, `_` one character, `\\` escapes.",
    Operator.ILIKE: "`like` without regard to case.",
    Operator.STARTS_WITH: "Begins with this very text.",
    Operator.ENDS_WITH: "Ends with this very text.",
    Operator.CONTAINS: "Holds this very text.",
    Operator.SIMILAR: "Is like this text: it has many of its trigrams.",
    Operator.NEAR: "Not farther away than this, and not nearer.",
    Operator.WITHIN: "Inside this area.",
}


def add_filters(catalog: Catalog, namespace: Namespace) -> None:
    """Puts every filter input of the catalog into the namespace."""
    for scalar in Scalar:
        _add(namespace, scalar.value, _leaf_fields(scalar, namespace))
    similar = [_operator(Scalar.STRING, Operator.SIMILAR, namespace)]
    _add(namespace, SIMILAR_STRING, [*_leaf_fields(Scalar.STRING, namespace), *similar])
    for kind in named_types(f for entity in catalog.values() for f in entity.fields.values()):
        if f"{kind.name}Filter" in namespace:
            continue
        if isinstance(kind, EnumType):
            _add(namespace, kind.name, _leaf_fields(kind, namespace))
        elif isinstance(kind, UnionType):
            _add(namespace, kind.name, _union_fields(kind, namespace))
        else:
            fields = [_field(field, namespace) for field in kind.fields.values()]
            _add(namespace, kind.name, [*fields, _is_null(namespace), *_logic(kind, namespace)])
    for entity in catalog.values():
        _add(namespace, entity.name, _entity_fields(entity, namespace), entity=True)


def _add(
    namespace: Namespace, name: str, fields: list[StrawberryField], *, entity: bool = False
) -> None:
    """A type's own filter, and the one for lists of it."""
    namespace[f"{name}Filter"] = strawberry.input(
        class_of(f"{name}Filter", fields, namespace), name=f"{name}Filter"
    )
    inner = optional(namespace[f"{name}Filter"])
    lists = [
        input_field(Quantifier.SOME.value, inner, namespace, "At least one element matches."),
        input_field(
            Quantifier.EVERY.value, inner, namespace, "All elements match, or there is none."
        ),
        input_field(Quantifier.NONE.value, inner, namespace, "No element matches."),
    ]
    is_null = [] if entity else [_is_null(namespace)]  # a relation to many is empty, not null
    namespace[f"{name}ListFilter"] = strawberry.input(
        class_of(f"{name}ListFilter", [*lists, *is_null], namespace), name=f"{name}ListFilter"
    )


def _leaf_fields(kind: Scalar | EnumType, namespace: Namespace) -> list[StrawberryField]:
    operators = _OPERATORS[kind] if isinstance(kind, Scalar) else _EQUALITY
    fields = [_operator(kind, operator, namespace) for operator in operators]
    return [*fields, _is_null(namespace)]


def _operator(kind: FieldType, operator: Operator, namespace: Namespace) -> StrawberryField:
    annotation = _value_annotation(kind, operator, namespace)
    return _compared(operator.value, annotation, namespace, _MEANING.get(operator))


def _value_annotation(kind: FieldType, operator: Operator, namespace: Namespace) -> object:
    if operator in _INPUTS:
        return optional(_INPUTS[operator])
    several = operator in (Operator.IN, Operator.NOT_IN)
    return annotation_of(ListType(kind) if several else kind, namespace, nullable=True)


def _is_null(namespace: Namespace) -> StrawberryField:
    meaning = "True: the value is null or missing. False: it is there."
    return _compared("isNull", optional(bool), namespace, meaning)


def _compared(
    name: str, annotation: object, namespace: Namespace, meaning: str | None
) -> StrawberryField:
    return input_field(name, annotation, namespace, meaning, directives=[COMPARED])


def _union_fields(kind: UnionType, namespace: Namespace) -> list[StrawberryField]:
    members = [
        input_field(
            lower_first(name), f"{name}Filter | None", namespace, f"Such a {name} is there."
        )
        for name in kind.types
    ]
    tags = [_field(field, namespace) for field in kind.fields.values()]
    return [*tags, *members, _is_null(namespace), *_logic(kind, namespace)]


def _logic(owner: Entity | DocumentType | UnionType, namespace: Namespace) -> list[StrawberryField]:
    name = f"{owner.name}Filter"
    several = f"list[{name}] | None"
    return [
        input_field("and", several, namespace, "All of these."),
        input_field("or", several, namespace, "At least one of these; with none, nothing."),
        input_field("not", f"{name} | None", namespace, "Exactly what this does not match."),
    ]


def _field(field: Field, namespace: Namespace) -> StrawberryField:
    suffix = "ListFilter" if isinstance(field.type, ListType) else "Filter"
    kind = element_of(field.type)
    name = kind.value if isinstance(kind, Scalar) else kind.name
    name = SIMILAR_STRING if field.similar else name
    return input_field(field.api, f"{name}{suffix} | None", namespace, field.description)


def _entity_fields(entity: Entity, namespace: Namespace) -> list[StrawberryField]:
    fields = [_field(field, namespace) for field in entity.fields.values()]
    relations = [_relation_field(relation, namespace) for relation in entity.relations.values()]
    meaning = "Found by this text: all its words, or those after `or`, without those after `-`."
    search = [_compared(SEARCH, optional(str), namespace, meaning)] if entity.search else []
    return [*fields, *relations, *search, *_logic(entity, namespace)]


def _relation_field(relation: Relation, namespace: Namespace) -> StrawberryField:
    suffix = "ListFilter" if relation.many else "Filter"
    annotation = f"{relation.target}{suffix} | None"
    return input_field(relation.api, annotation, namespace, relation.description)
