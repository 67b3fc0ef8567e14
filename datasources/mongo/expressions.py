"""In charge of filters as aggregation expressions, for ``$expr``: what queries cannot say. Pure.

Every value stands inside ``$literal``: no text that people send is taken for a field's path.
"""

from __future__ import annotations

from typing import Any, assert_never

from catalog.gauges import Distance
from catalog.geo import GeoPoint
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
from catalog.types import FieldType, ListType
from datasources.mongo.comparisons import Comparison, NoneOf, OneOf, Range, comparison_of
from datasources.mongo.geo import coordinates_of, distance_expression, within_expression
from datasources.mongo.paths import place_of
from datasources.mongo.patterns import Pattern

Expression = dict[str, Any]


def expression_of(
    scope: FieldType, filter: Filter, element: str = "", depth: int = 0
) -> Expression:
    """A true or false expression; ``element`` is the variable looked at, or none for the root."""
    match filter:
        case And(filters):
            return {"$and": [expression_of(scope, each, element, depth) for each in filters]}
        case Or(filters):
            return {"$or": [expression_of(scope, each, element, depth) for each in filters]}
        case Not(inner):
            return {"$not": [expression_of(scope, inner, element, depth)]}
        case IsNull(path):
            return _is_null(_reach(element, place_of(scope, path).stored))
        case Compare(path, Operator.NEAR | Operator.WITHIN, region):
            return within_expression(_reach(element, place_of(scope, path).stored), region)
        case Compare(path, operator, GeoPoint() as value, Distance(origin)):
            point = _reach(element, place_of(scope, path).stored)
            far = distance_expression(f"{point}.coordinates", origin)
            bound = distance_expression(coordinates_of(value), origin)
            return {"$and": [{"$gt": [far, None]}, {_BY_DISTANCE[operator]: [far, bound]}]}
        case Compare(path):
            place = place_of(scope, path)
            return _compared(_reach(element, place.stored), comparison_of(place.type, filter))
        case Elements(path):
            place = place_of(scope, path)
            return _elements(_reach(element, place.stored), place.type, filter, depth)
        case Searched() | Among() | Related():
            raise TypeError("keys, relations and searches are an entity's, not an element's")
        case _:
            assert_never(filter)


_BY_DISTANCE = {Operator.EQ: "$eq", Operator.PRECEDES: "$lt", Operator.FOLLOWS: "$gt"}


def _reach(element: str, stored: str) -> str:
    if not element:
        return f"${stored}"
    return f"{element}.{stored}" if stored else element


def _is_null(value: str) -> Expression:
    # Missing comes before null in MongoDB's order of types, and all else after it.
    return {"$lte": [value, None]}


def _is_present(value: str) -> Expression:
    return {"$gt": [value, None]}


def _compared(value: str, comparison: Comparison) -> Expression:
    match comparison:
        case OneOf(values):
            return {"$in": [value, {"$literal": values}]}
        case NoneOf(values):
            unequal = {"$not": [{"$in": [value, {"$literal": values}]}]}
            return {"$and": [_is_present(value), unequal]}
        case Range(operator, bound):
            return {"$and": [_is_present(value), {operator: [value, {"$literal": bound}]}]}
        case Pattern(expression, options):
            return _matches(value, expression, options)
        case _:
            assert_never(comparison)


def _matches(value: str, expression: str, options: str) -> Expression:
    found = {"input": value, "regex": {"$literal": expression}, "options": options}
    # $regexMatch fails the whole command where it meets something other than text.
    is_text = {"$eq": [{"$type": value}, "string"]}
    return {"$cond": [is_text, {"$regexMatch": found}, False]}


def _elements(items: str, kind: FieldType, filter: Elements, depth: int) -> Expression:
    if not isinstance(kind, ListType):
        raise TypeError(f"the path {filter.path} leads to {kind}, which has no elements")
    name = f"element{depth}"
    test = expression_of(kind.of, filter.filter, f"$${name}", depth + 1)
    verdicts = {"$map": {"input": items, "as": name, "in": test}}
    return {"$cond": [{"$isArray": [items]}, _quantified(filter.quantifier, verdicts), False]}


def _quantified(quantifier: Quantifier, verdicts: Expression) -> Expression:
    match quantifier:
        case Quantifier.SOME:
            return {"$anyElementTrue": [verdicts]}
        case Quantifier.EVERY:
            return {"$allElementsTrue": [verdicts]}
        case Quantifier.NONE:
            return {"$not": [{"$anyElementTrue": [verdicts]}]}
        case _:
            assert_never(quantifier)
