"""In charge of aggregates: what is computed over rows, and how groups are picked and ordered by it.

Functions of one family share their types: an object, an input of filters and one of directions for
every entity and nested document, each with only the fields of which the functions make sense.
What a field means stands at the entity alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import strawberry
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity
from catalog.summary import Function, measurable, result_of
from catalog.types import DocumentType, Field, Scalar
from schema.annotations import annotation_of, named_types, optional
from schema.fields import Namespace, class_of, input_field, plain_field
from schema.ordering import Ordering

Owner = Entity | DocumentType


class Family(NamedTuple):
    """How the types of a function are called, after the name of the entity or document."""

    values: str
    having: str
    order: str


_SPREAD = Family("Spread", "SpreadHaving", "NumberOrder")
_EXTREMES = Family("Extremes", "ExtremesHaving", "ExtremesOrder")
_FAMILIES = {
    Function.COUNT_DISTINCT: Family("Distinct", "DistinctHaving", "DistinctOrder"),
    Function.SUM: Family("Sum", "SumHaving", "NumberOrder"),
    Function.AVG: Family("Avg", "AvgHaving", "NumberOrder"),
    Function.MIN: _EXTREMES,
    Function.MAX: _EXTREMES,
    Function.STDDEV: _SPREAD,
    Function.VARIANCE: _SPREAD,
}
FAMILY_TYPES = frozenset(name for family in _FAMILIES.values() for name in family)
"""The names of all types of functions, after that of the entity or document."""

_MEANING = {
    Function.COUNT_DISTINCT: "How many different values there are.",
    Function.SUM: "Sums; null over no values.",
    Function.AVG: "Means; null over no values.",
    Function.MIN: "The least values.",
    Function.MAX: "The greatest values.",
    Function.STDDEV: "Standard deviations of the sample; null below two values.",
    Function.VARIANCE: "Variances of the sample; null below two values.",
}
_COUNT = "How many rows there are."


def add_aggregates(catalog: Catalog, namespace: Namespace) -> None:
    """Puts every type that aggregates need into the namespace."""
    kinds = named_types(f for entity in catalog.values() for f in entity.fields.values())
    for kind in kinds:
        if isinstance(kind, DocumentType):
            _add_families(kind, namespace)
    for entity in catalog.values():
        _add_families(entity, namespace)
        _add(f"{entity.name}Aggregate", _aggregate_fields(entity, namespace), namespace)


def family_fields(
    entity: Entity, namespace: Namespace, type_of: Callable[[Family], str]
) -> Iterator[StrawberryField]:
    """An input's fields for all functions but `count`, of the types that ``type_of`` picks."""
    for function in _functions(entity):
        name = f"{entity.name}{type_of(_FAMILIES[function])} | None"
        yield input_field(function.value, name, namespace, _MEANING[function])


def _functions(owner: Owner) -> Iterator[Function]:
    for function in _FAMILIES:
        if any(measurable(owner.fields, function)):
            yield function


def _add_families(owner: Owner, namespace: Namespace) -> None:
    for function in _functions(owner):
        family = _FAMILIES[function]
        if f"{owner.name}{family.values}" not in namespace:
            _add(f"{owner.name}{family.values}", _values(owner, function, namespace), namespace)
            having = _havings(owner, function, namespace)
            _add_input(f"{owner.name}{family.having}", having, namespace)
        if f"{owner.name}{family.order}" not in namespace:
            order = _orders(owner, function, namespace)
            _add_input(f"{owner.name}{family.order}", order, namespace, one_of=True)


def _add(name: str, fields: Iterator[StrawberryField], namespace: Namespace) -> None:
    namespace[name] = strawberry.type(class_of(name, fields, namespace), name=name)


def _add_input(
    name: str, fields: Iterator[StrawberryField], namespace: Namespace, *, one_of: bool = False
) -> None:
    cls = class_of(name, fields, namespace)
    namespace[name] = strawberry.input(cls, name=name, one_of=one_of)


def _aggregate_fields(entity: Entity, namespace: Namespace) -> Iterator[StrawberryField]:
    count = Function.COUNT.value
    yield plain_field(count, count, int, namespace, description=_COUNT)
    for function in _functions(entity):
        name, kind = function.value, f"{entity.name}{_FAMILIES[function].values}"
        yield plain_field(name, name, kind, namespace, description=_MEANING[function])


def _values(owner: Owner, function: Function, namespace: Namespace) -> Iterator[StrawberryField]:
    nullable = function is not Function.COUNT_DISTINCT
    for field, result in _measured(owner, function):
        annotation = (
            annotation_of(result, namespace, nullable=nullable)
            if isinstance(result, Scalar)
            else f"{result.name}{_FAMILIES[function].values}"
        )
        yield plain_field(field.name, field.api, annotation, namespace, member=field)


def _havings(owner: Owner, function: Function, namespace: Namespace) -> Iterator[StrawberryField]:
    for field, result in _measured(owner, function):
        name = (
            f"{result.value}Filter"
            if isinstance(result, Scalar)
            else f"{result.name}{_FAMILIES[function].having}"
        )
        yield input_field(field.api, f"{name} | None", namespace)


def _orders(owner: Owner, function: Function, namespace: Namespace) -> Iterator[StrawberryField]:
    for field, result in _measured(owner, function):
        annotation = (
            optional(Ordering)
            if isinstance(result, Scalar)
            else f"{result.name}{_FAMILIES[function].order} | None"
        )
        yield input_field(field.api, annotation, namespace)


def _measured(owner: Owner, function: Function) -> Iterator[tuple[Field, Scalar | DocumentType]]:
    """The fields that a function makes sense of: with its results' type, or holding such fields."""
    for field in owner.fields.values():
        kind = field.type
        if isinstance(kind, DocumentType):
            if any(measurable(kind.fields, function)):
                yield field, kind
        elif result := result_of(function, kind):
            yield field, result
