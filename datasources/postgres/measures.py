"""In charge of what a group's keys and measures are in SQL; pure."""

from __future__ import annotations

from typing import Any, assert_never

import sqlalchemy as sa

from catalog.summary import Function, GroupKey, Measure, Span, result_of
from catalog.types import Scalar
from datasources.postgres.leaves import Leaf
from datasources.postgres.tables import Aliased, Scope
from datasources.postgres.values import SqlType

Expression = sa.ColumnElement[Any]


def key_expression(scope: Scope, key: GroupKey) -> Expression:
    """A key's value; the relations it steps through are joined to the scope."""
    leaf = scope.joined(key.relations).leaf(key.path)
    return leaf.expression if key.span is None else _start(leaf, key.span)


def _start(leaf: Leaf, span: Span) -> Expression:
    """Where the span begins: a day, or a moment by the clock of the time zone."""
    unit = sa.literal_column(f"'{span.unit.value}'", sa.Text())
    if leaf.kind is Scalar.DATE:
        midnight = sa.cast(leaf.expression, sa.TIMESTAMP())
        return sa.cast(sa.func.date_trunc(unit, midnight), sa.Date())
    zoned = getattr(leaf.column, "timezone", False)
    utc = sa.literal_column("'UTC'", sa.Text())
    moment = leaf.expression if zoned else sa.func.timezone(utc, leaf.expression)
    zone = sa.bindparam("v", span.time_zone, type_=SqlType("text"), unique=True)
    return sa.func.date_trunc(unit, moment, zone, type_=sa.TIMESTAMP(timezone=True))


def measure_expression(table: Aliased, measure: Measure) -> Expression:
    """An aggregate function over the rows of a group."""
    if measure.function is Function.COUNT:
        return sa.func.count()
    leaf = table.leaf(measure.path)
    value = leaf.expression
    match measure.function:
        case Function.COUNT_DISTINCT:
            return sa.func.count(value.distinct())
        case Function.SUM:
            return _sum(leaf)
        case Function.AVG:
            return _number(sa.func.avg(value), leaf, measure.function)
        case Function.STDDEV:
            return _number(sa.func.stddev_samp(value), leaf, measure.function)
        case Function.VARIANCE:
            return _number(sa.func.var_samp(value), leaf, measure.function)
        case Function.MIN:
            return _extreme(leaf, sa.func.min)
        case Function.MAX:
            return _extreme(leaf, sa.func.max)
        case _:
            assert_never(measure.function)


def _sum(leaf: Leaf) -> Expression:
    match leaf.kind:
        case Scalar.FLOAT:  # of real, Postgres makes a sum of seven digits
            return sa.func.sum(sa.cast(leaf.expression, sa.Double()), type_=sa.Double())
        case Scalar.INT:  # the column may be wider than its model
            return sa.cast(sa.func.sum(leaf.expression), sa.BigInteger())
        case _:
            return sa.func.sum(leaf.expression, type_=sa.Numeric())


def _number(value: Expression, leaf: Leaf, function: Function) -> Expression:
    # Of whole numbers Postgres makes exact decimals, which are compared as they are shown.
    if result_of(function, leaf.kind) is not Scalar.DECIMAL:
        return sa.cast(value, sa.Double())
    return sa.func.trim_scale(value, type_=sa.Numeric())


def _extreme(leaf: Leaf, function: Any) -> Expression:
    if leaf.kind is Scalar.UUID and getattr(leaf.column, "native_uuid", True):
        # Postgres knows no least UUID; their texts have the same order.
        text = sa.collate(sa.cast(leaf.expression, sa.Text()), "C")
        return sa.cast(function(text), leaf.column)
    return function(leaf.expression, type_=leaf.column)
