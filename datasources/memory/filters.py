"""In charge of whether a filter holds for a row in memory."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, assert_never

from catalog.gauges import Gauge, Likeness
from catalog.geo import GeoPoint, Region, contains
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
from catalog.words import finds, similarity, single
from datasources.memory.tables import Tables, comparable, gauged, value_at, values_of


def holds(tables: Tables, filter: Filter, kind: FieldType, value: Any) -> bool:
    """Whether the filter is true of a value: a row, a nested document or a list's element."""
    match filter:
        case And(filters):
            return all(holds(tables, each, kind, value) for each in filters)
        case Or(filters):
            return any(holds(tables, each, kind, value) for each in filters)
        case Not(inner):
            return not holds(tables, inner, kind, value)
        case IsNull(path):
            return value_at(kind, value, path)[1] is None
        case Compare(path, how, wanted, by):
            return _compares(how, *value_at(kind, value, path), wanted, by)
        case Searched(text):
            return finds(text, tables.searched(kind, value))
        case Elements(path, quantifier, inner):
            inside, items = value_at(kind, value, path)
            if items is None or not isinstance(inside, ListType):
                return False
            return _quantified(quantifier, [holds(tables, inner, inside.of, i) for i in items])
        case Among(fields, keys):
            key = values_of(value, fields)
            return None not in key and key in keys
        case Related(relation, quantifier, inner):
            target = tables.kind(relation.target)
            rows = tables.related(relation, value)
            return _quantified(quantifier, [holds(tables, inner, target, row) for row in rows])
        case _:
            assert_never(filter)


def _quantified(quantifier: Quantifier, matches: list[bool]) -> bool:
    match quantifier:
        case Quantifier.SOME:
            return any(matches)
        case Quantifier.EVERY:
            return all(matches)
        case Quantifier.NONE:
            return not any(matches)
        case _:
            assert_never(quantifier)


def _compares(how: Operator, kind: FieldType, value: Any, wanted: Any, by: Gauge | None) -> bool:
    if value is None or wanted is None:
        return False
    if by:
        return _OPERATORS[how](gauged(by, value), gauged(by, wanted))
    if how in (Operator.IN, Operator.NOT_IN):
        wanted = [comparable(kind, each) for each in wanted]
    else:
        wanted = comparable(kind, wanted)
    return _OPERATORS[how](comparable(kind, value), wanted)


def _resembles(value: str, wanted: Likeness) -> bool:
    return similarity(value, wanted.to) >= single(wanted.at_least)


def _within(value: GeoPoint, wanted: Region) -> bool:
    return contains(wanted, value)


def _like(value: str, pattern: str, flags: int = 0) -> bool:
    return re.fullmatch(_expression(pattern), value, flags | re.DOTALL) is not None


def _expression(pattern: str) -> str:
    """The regular expression of a LIKE pattern."""
    tokens: list[str] = re.findall(r"\\.|.", pattern, re.DOTALL)
    wildcards = {"%": ".*", "_": "."}
    return "".join(wildcards.get(token) or re.escape(token[-1]) for token in tokens)


_OPERATORS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.IN: lambda value, wanted: value in wanted,
    Operator.NOT_IN: lambda value, wanted: value not in wanted,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
    Operator.GT: operator.gt,
    Operator.PRECEDES: operator.lt,
    Operator.FOLLOWS: operator.gt,
    Operator.GTE: operator.ge,
    Operator.LIKE: _like,
    Operator.ILIKE: lambda value, pattern: _like(value, pattern, re.IGNORECASE),
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
    Operator.CONTAINS: operator.contains,
    Operator.SIMILAR: _resembles,
    Operator.NEAR: _within,
    Operator.WITHIN: _within,
}
