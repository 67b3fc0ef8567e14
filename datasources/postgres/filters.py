"""In charge of turning a filter into an SQL condition; pure.

A condition may be NULL where the filter is false: AND, OR, WHERE and EXISTS treat both alike, and
`Not`, which would not, tests for ``IS NOT true``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol, TypeAlias, assert_never

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping, True_

from catalog.entity import Catalog
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
    Path,
    Quantifier,
    Related,
    Searched,
)
from catalog.types import EnumType
from datasources.postgres.inside import is_binary, is_json
from datasources.postgres.leaves import Element, Leaf
from datasources.postgres.search import found, gauged, gauged_value, resembles
from datasources.postgres.tables import Aliased, exists, related
from datasources.postgres.values import (
    Encoding,
    array_parameter,
    encoding_of,
    is_native_enum,
    least_storable_above,
    parameter,
    part_parameter,
    storable,
)

Condition: TypeAlias = sa.ColumnElement[bool]


class Subject(Protocol):
    """What a condition is about: a row of a table, an element of an array, or a group of rows."""

    def leaf(self, path: Path) -> Leaf:
        """What stands at a path."""
        ...


def condition(catalog: Catalog, subject: Subject, filter: Filter) -> Condition:
    """True exactly where the filter is; else false or NULL."""
    match filter:
        case And(filters):
            return both(*(condition(catalog, subject, each) for each in filters))
        case Or(filters):
            return sa.or_(sa.false(), *(condition(catalog, subject, each) for each in filters))
        case Not(inner):
            return _complement(catalog, subject, inner)
        case IsNull(path):
            return _is_null(subject.leaf(path))
        case Compare(path, operator, value, by) if by:
            return _ranges_by(gauged(_rows(subject), path, by), operator, gauged_value(value, by))
        case Compare(path, operator, value):
            return _compares(subject.leaf(path), operator, value)
        case Searched(text):
            return found(_rows(subject), text)
        case Elements(path, quantifier, inner):
            array = subject.leaf(path)
            element = Element(array)
            matched = condition(catalog, element, _sought(quantifier, inner))
            holds = _quantified(quantifier, exists(element.source, matched))
            return sa.and_(sa.not_(_is_null(array)), holds)
        case Among(fields, keys):
            return _among([subject.leaf((name,)) for name in fields], keys)
        case Related(relation, quantifier, inner):
            target = Aliased(catalog[relation.target])
            matched = condition(catalog, target, _sought(quantifier, inner))
            source, met = related(catalog, _rows(subject), relation, target)
            return _quantified(quantifier, exists(source, both(met, matched)))
        case _:
            assert_never(filter)


def _rows(subject: Subject) -> Aliased:
    if not isinstance(subject, Aliased):
        raise TypeError("only rows have relations, and can be searched")
    return subject


def both(*conditions: Condition) -> Condition:
    """True where all of them are; what is always true is left out."""
    stated = [each for each in conditions if not isinstance(each, True_)]
    return sa.and_(*stated) if stated else sa.true()


def filtered(select: sa.Select[Any], *conditions: Condition) -> sa.Select[Any]:
    """The select where all conditions hold, without a WHERE that says nothing."""
    wanted = both(*conditions)
    return select if isinstance(wanted, True_) else select.where(wanted)


def _complement(catalog: Catalog, subject: Subject, inner: Filter) -> Condition:
    if isinstance(inner, Not):
        return condition(catalog, subject, inner.filter)
    positive = condition(catalog, subject, inner)
    if isinstance(inner, IsNull | Elements | Among | Related):  # never NULL
        return sa.not_(positive)
    return Grouping(positive).is_not(sa.true())


def _sought(quantifier: Quantifier, inner: Filter) -> Filter:
    return Not(inner) if quantifier is Quantifier.EVERY else inner


def _quantified(quantifier: Quantifier, found: Condition) -> Condition:
    return found if quantifier is Quantifier.SOME else sa.not_(found)


def _is_null(leaf: Leaf) -> Condition:
    absent = leaf.expression.is_(None)
    if not is_json(leaf.column):
        return absent
    type_of = sa.func.jsonb_typeof if is_binary(leaf.column) else sa.func.json_typeof
    return sa.or_(absent, type_of(leaf.expression) == sa.literal_column("'null'"))


def _compares(leaf: Leaf, operator: Operator, value: Any) -> Condition:
    encoding = encoding_of(leaf.kind, leaf.column)
    expression = leaf.expression
    match operator:
        case Operator.IN:
            return expression == sa.any_(array_parameter(encoding, value))
        case Operator.NOT_IN:
            differs = expression != sa.all_(array_parameter(encoding, value))
            # Of no values at all, even null is none.
            return differs & expression.is_not(None) if leaf.nullable else differs
        case Operator.LT | Operator.LTE | Operator.GT | Operator.GTE:
            return _ranges(leaf, encoding, operator, value)
        case Operator.PRECEDES:
            return _ranges(leaf, encoding, Operator.LT, value)
        case Operator.FOLLOWS:
            return _ranges(leaf, encoding, Operator.GT, value)
        case _ if not storable(value):
            return expression.is_not(None) if operator is Operator.NE else sa.false()
        case Operator.EQ:
            return expression == parameter(encoding, value)
        case Operator.NE:
            return expression != parameter(encoding, value)
        case Operator.SIMILAR:
            return resembles(expression, value)
        case _:
            return _patterned(expression, encoding, operator, value)


def _among(leaves: Sequence[Leaf], keys: Any) -> Condition:
    """By a table of the keys, so that the SQL text does not depend on how many there are."""
    arrays = {
        f"k{place}": part_parameter(encoding_of(leaf.kind, leaf.column), keys, place)
        for place, leaf in enumerate(leaves)
    }
    table = sa.func.unnest(*arrays.values()).table_valued(*arrays).render_derived()
    pairs = zip(leaves, table.c, strict=True)
    return exists(table, sa.and_(*(leaf.expression == column for leaf, column in pairs)))


def _patterned(
    expression: sa.ColumnElement[Any], encoding: Encoding, operator: Operator, value: Any
) -> Condition:
    like = expression.ilike if operator is Operator.ILIKE else expression.like
    return like(parameter(encoding, value, partial(_pattern, operator)))


def _pattern(operator: Operator, value: str) -> str:
    match operator:
        case Operator.STARTS_WITH:
            return f"{_literally(value)}%"
        case Operator.ENDS_WITH:
            return f"%{_literally(value)}"
        case Operator.CONTAINS:
            return f"%{_literally(value)}%"
        case _:
            # Postgres refuses an escape of nothing at the end; here it means a backslash.
            slashes = len(value) - len(value.rstrip("\\"))
            return value + "\\" * (slashes % 2)


def _literally(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _ranges(leaf: Leaf, encoding: Encoding, operator: Operator, value: Any) -> Condition:
    if not storable(value):
        # Nothing can be stored between the value and this one, so equality falls on one side.
        below = operator in (Operator.LT, Operator.LTE)
        operator, value = Operator.LT if below else Operator.GTE, least_storable_above(value)
    left, right = ranked(leaf), _ranked(leaf, parameter(encoding, value))
    match operator:
        case Operator.LT:
            return left < right
        case Operator.LTE:
            return left <= right
        case Operator.GT:
            return left > right
        case _:
            return left >= right


def _ranges_by(
    left: sa.ColumnElement[Any], operator: Operator, right: sa.ColumnElement[Any]
) -> Condition:
    match operator:
        case Operator.EQ:
            return left == right
        case Operator.PRECEDES:
            return left < right
        case Operator.FOLLOWS:
            return left > right
        case _:
            raise TypeError(f"{operator.value} does not compare by a gauge")


def ranked(leaf: Leaf) -> sa.ColumnElement[Any]:
    """The expression to order by: an enum's labels follow the order in which they are declared."""
    return _ranked(leaf, leaf.expression)


def _ranked(leaf: Leaf, expression: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if not isinstance(leaf.kind, EnumType) or is_native_enum(leaf.column):
        return expression
    labels = array_parameter(encoding_of(leaf.kind, leaf.column), tuple(leaf.kind.members))
    return sa.func.array_position(labels, expression)
