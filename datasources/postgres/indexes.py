"""In charge of what a table's indexes give: the rows of one key, already in the wanted order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.sql import operators

from catalog.entity import Entity
from catalog.query import Order
from datasources.postgres.tables import table_of
from datasources.postgres.values import is_native_enum, is_rounded


class _Column(NamedTuple):
    name: str
    descending: bool = False
    nulls_first: bool = False

    def reversed(self) -> _Column:
        return _Column(self.name, not self.descending, not self.nulls_first)


def gives_order(entity: Entity, key: Collection[str], orders: Sequence[Order]) -> bool:
    """Whether an index holds the rows with given values of ``key`` in this order, either way."""
    wanted = _columns(entity, key, orders)
    if wanted is None or entity.view:
        return False
    stored = {entity.fields[name].stored for name in key}
    return any(_gives(index, stored, wanted) for index in _indexes(table_of(entity)))


def _columns(entity: Entity, key: Collection[str], orders: Sequence[Order]) -> list[_Column] | None:
    """The columns of an order; None where it is of more than the table's own."""
    columns: list[_Column] = []
    for order in orders:
        if order.relations or order.by or order.places:
            return None
        name, *inner = order.path
        field = entity.fields[name]
        if field.computed or inner:
            return None
        kind = table_of(entity).c[field.stored].type
        if is_rounded(field.type, kind) or (isinstance(kind, sa.Enum) and not is_native_enum(kind)):
            return None  # the order is that of something made of the column
        nulls_first = order.nulls_first if field.nullable else order.descending
        if name not in key:  # equal in all these rows
            columns.append(_Column(field.stored, order.descending, nulls_first))
    return columns


def _gives(index: list[_Column], key: set[str], wanted: list[_Column]) -> bool:
    start = {column.name for column in index[: len(key)]}
    rest = index[len(key) : len(key) + len(wanted)]
    return start == key and wanted in (rest, [column.reversed() for column in rest])


def _indexes(table: sa.Table) -> Iterator[list[_Column]]:
    for constraint in table.constraints:
        if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)):
            yield [_Column(column.name) for column in constraint.columns]
    for index in table.indexes:
        if index.dialect_options["postgresql"]["where"] is None:
            yield [_column(expression) for expression in index.expressions]


def _column(expression: Any) -> _Column:
    """One column of an index; one without a name where the index holds something made of it."""
    descending, nulls_first = False, None
    while isinstance(expression, sa.UnaryExpression):
        modifier = cast("Any", expression).modifier
        descending |= modifier is operators.desc_op
        if modifier in (operators.nulls_first_op, operators.nulls_last_op):
            nulls_first = modifier is operators.nulls_first_op
        expression = cast("Any", expression).element
    name = expression.name if isinstance(expression, sa.Column) else ""
    return _Column(name, descending, descending if nulls_first is None else nulls_first)
