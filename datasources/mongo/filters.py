"""In charge of filters: what a ``$match`` stage says for each of them. Pure.

Null is never true, and ``Not`` is the exact complement, as `catalog.query` says. Where the query
language cannot say a filter (lists of scalars, beyond one comparison), ``$expr`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, assert_never

from catalog.gauges import Distance
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Not,
    Operator,
    Or,
    Quantifier,
    Related,
    Searched,
)
from catalog.types import DocumentType, FieldType, ListType, UnionType
from datasources.mongo.among import among
from datasources.mongo.comparisons import Comparison, NoneOf, OneOf, Range, comparison_of
from datasources.mongo.expressions import expression_of
from datasources.mongo.geo import within
from datasources.mongo.paths import Place, place_of
from datasources.mongo.patterns import Pattern

Condition = dict[str, Any]
"""A query document: what ``$match`` and ``$elemMatch`` take."""

RelatedCondition = Callable[[Related], Condition]
"""Gives the condition on what a stage before the ``$match`` has looked up across a relation."""


def condition_of(scope: FieldType, filter: Filter, related: RelatedCondition) -> Condition:
    """The query document for a filter of an entity's rows, or of a list's documents."""
    match filter:
        case And(filters):
            return _all([condition_of(scope, each, related) for each in filters])
        case Or(filters):
            return _any([condition_of(scope, each, related) for each in filters])
        case Not(inner):
            return _none([condition_of(scope, inner, related)])
        case Compare(_, Operator.PRECEDES | Operator.FOLLOWS):
            # An expression compares all types by one order; a query only values of one type.
            return {"$expr": expression_of(scope, filter)}
        case Compare(path, Operator.NEAR | Operator.WITHIN, region):
            return within(place_of(scope, path).stored, region)
        case Compare(by=Distance()):
            return {"$expr": expression_of(scope, filter)}
        case Searched(text):
            return {"$text": {"$search": text}}
        case IsNull(path) | Compare(path):
            place = place_of(scope, path)
            return {place.stored: _operators(place, filter)}
        case Elements(path):
            return _elements(scope, place_of(scope, path), filter, related)
        case Among(fields, keys):
            return among([place_of(scope, (name,)) for name in fields], keys)
        case Related():
            return related(filter)
        case _:
            assert_never(filter)


def _all(conditions: Iterable[Condition]) -> Condition:
    kept = [condition for condition in conditions if condition]
    merged = {key: value for condition in kept for key, value in condition.items()}
    if len(merged) == sum(map(len, kept)):
        return merged
    return {"$and": kept}


def _any(conditions: list[Condition]) -> Condition:
    if not conditions:
        return {"_id": {"$in": []}}
    return conditions[0] if len(conditions) == 1 else {"$or": conditions}


def _none(conditions: list[Condition]) -> Condition:
    return {"$nor": conditions}


def _operators(place: Place, filter: Compare | IsNull) -> Condition:
    """The operators on one value: what stands at a field's name, or in a scalar's $elemMatch."""
    if isinstance(filter, Compare):
        return _compared(comparison_of(place.type, filter))
    if place.may_be_array:  # a list that holds a null is not null
        return {"$eq": None, "$not": {"$type": "array"}}
    return {"$eq": None}


def _compared(comparison: Comparison) -> Condition:
    match comparison:
        case OneOf([value]):
            return {"$eq": value}
        case OneOf(values):
            return {"$in": list(values)}
        case NoneOf(values):
            return {"$nin": [*values, None]}
        case Range(operator, value):
            return {operator: value}
        case Pattern(expression, options):
            return {"$regex": expression, "$options": options}
        case _:
            assert_never(comparison)


def _elements(
    scope: FieldType, place: Place, filter: Elements, related: RelatedCondition
) -> Condition:
    if not isinstance(place.type, ListType):
        raise TypeError(f"the path {filter.path} leads to {place.type}, which has no elements")
    if not _can_match(place.type.of, filter.quantifier, filter.filter):
        return {"$expr": expression_of(scope, filter)}
    if filter.quantifier is Quantifier.SOME:
        return _some(place.stored, place.type.of, filter.filter, related)
    failing = Not(filter.filter) if filter.quantifier is Quantifier.EVERY else filter.filter
    is_list = {place.stored: {"$type": "array"}}
    return _all([is_list, _none([_some(place.stored, place.type.of, failing, related)])])


def _can_match(element: FieldType, quantifier: Quantifier, filter: Filter) -> bool:
    """Whether ``$elemMatch`` can say this of elements: of scalars it takes one plain test."""
    if isinstance(element, (DocumentType, UnionType)):
        return all(
            isinstance(inside, ListType) and _can_match(inside.of, each.quantifier, each.filter)
            for each in _nested(filter)
            for inside in [place_of(element, each.path).type]
        )
    return isinstance(filter, Compare | IsNull) and quantifier is not Quantifier.EVERY


def _nested(filter: Filter) -> Iterator[Elements]:
    """The outermost quantifiers within a filter."""
    match filter:
        case And(filters) | Or(filters):
            yield from chain.from_iterable(map(_nested, filters))
        case Not(inner):
            yield from _nested(inner)
        case Elements():
            yield filter
        case Compare() | IsNull() | Searched() | Among() | Related():
            return
        case _:
            assert_never(filter)


def _some(stored: str, element: FieldType, filter: Filter, related: RelatedCondition) -> Condition:
    documents = isinstance(element, (DocumentType, UnionType))
    if isinstance(filter, Compare | IsNull) and not documents:
        return {stored: {"$elemMatch": _operators(place_of(element, ()), filter)}}
    condition = condition_of(element, filter, related)
    if condition and all(key.startswith("$") for key in condition):
        # A field first (a test that is always true) says that elements are documents, not scalars.
        condition = {"_id": {"$nin": list[Any]()}, **condition}
    some: Condition = {stored: {"$elemMatch": condition}}
    # That passes over elements that are null, of which every field is null.
    return _any([some, {stored: {"$elemMatch": {"$eq": None}}}]) if _holds_of_null(filter) else some


def _holds_of_null(filter: Filter) -> bool:
    """Whether a filter is true of a document that is null."""
    match filter:
        case And(filters):
            return all(map(_holds_of_null, filters))
        case Or(filters):
            return any(map(_holds_of_null, filters))
        case Not(inner):
            return not _holds_of_null(inner)
        case IsNull():
            return True
        case Compare() | Searched() | Elements() | Among() | Related():
            return False
        case _:
            assert_never(filter)
