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


class Column(NamedTuple):
    """A column by the name that it has in the table, and how it is ordered."""

    name: str
    descending: bool = False
    nulls_first: bool = False

    def reversed(self) -> Column:
        """The same the other way."""
        return Column(self.name, not self.descending, not self.nulls_first)


def leader_of(entity: Entity, key: Collection[str], orders: Sequence[Order]) -> Column | None:
    """The first column of an index that holds the rows with given values of ``key`` in this order.

    It is told as the index is to be read, which is either way; None where there is no such index.
    """
    wanted = _columns(entity, key, orders)
    if wanted is None or entity.view:
        return None
    stored = {entity.fields[name].stored for name in key}
    found = (_leader(index, stored, wanted) for index in _indexes(table_of(entity)))
    return next((leader for leader in found if leader), None)


def _columns(entity: Entity, key: Collection[str], orders: Sequence[Order]) -> list[Column] | None:
    """The columns of an order; None where it is of more than the table's own."""
    columns: list[Column] = []
    for order in orders:
        if not order.is_own:
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
            columns.append(Column(field.stored, order.descending, nulls_first))
    return columns


def _leader(index: list[Column], key: set[str], wanted: list[Column]) -> Column | None:
    start = {column.name for column in index[: len(key)]}
    rest = index[len(key) : len(key) + len(wanted)]
    if start != key:
        return None
    if wanted == rest:
        return index[0]
    return index[0].reversed() if wanted == [column.reversed() for column in rest] else None


def _indexes(table: sa.Table) -> Iterator[list[Column]]:
    for constraint in table.constraints:
        if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)):
            yield [Column(column.name) for column in constraint.columns]
    for index in table.indexes:
        if index.dialect_options["postgresql"]["where"] is None:
            yield [_column(expression) for expression in index.expressions]


def _column(expression: Any) -> Column:
    """One column of an index; one without a name where the index holds something made of it."""
    descending, nulls_first = False, None
    while isinstance(expression, sa.UnaryExpression):
        modifier = cast("Any", expression).modifier
        descending |= modifier is operators.desc_op
        if modifier in (operators.nulls_first_op, operators.nulls_last_op):
            nulls_first = modifier is operators.nulls_first_op
        expression = cast("Any", expression).element
    name = expression.name if isinstance(expression, sa.Column) else ""
    return Column(name, descending, descending if nulls_first is None else nulls_first)
