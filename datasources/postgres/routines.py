"""In charge of the rows that a call of a routine gives, as a source of a statement; pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.functions import FunctionElement

from catalog.query import Read
from catalog.routine import Argument, Call
from catalog.summary import Summary
from catalog.tables import column_type
from catalog.types import EnumType, FieldType, ListType
from datasources.errors import ArgumentInvalid
from datasources.postgres.tables import table_of
from datasources.postgres.values import (
    DIALECT,
    SqlType,
    encoding_of,
    enum_name,
    held_value,
    storable,
)


def called_rows(read: Read | Summary) -> sa.FromClause | None:
    """What stands in for the table of a read's entity, if a call gives its rows.

    Raises ``ArgumentInvalid`` for a value that Postgres has not, now or when it is filled in.
    """
    return _rows(read.call) if read.call else None


def _rows(call: Call) -> sa.FromClause:
    routine, given = call.routine, call.by_name

    def filled(element: Any, **_: Any) -> Any:
        if not isinstance(element, sa.BindParameter):
            return None
        stand_in = cast("sa.BindParameter[Any]", element)
        return _parameter(*given[stand_in.key], stand_in.type)

    body = cast("Any", visitors.replacement_traverse(routine.body, {}, filled))
    if not isinstance(routine.body, FunctionElement):
        return body.subquery(routine.name)
    columns = [sa.column(each.name, each.type) for each in table_of(routine.entity).c]
    return body.table_valued(*columns, name=routine.name)


def _parameter(
    argument: Argument, value: Any, stated: sa.types.TypeEngine[Any]
) -> sa.BindParameter[Any]:
    """The value as the very type that the routine takes: Postgres finds functions by types."""
    listed = isinstance(argument.type, ListType)
    kind = argument.type.of if isinstance(argument.type, ListType) else argument.type
    column = cast("Any", stated).item_type if isinstance(stated, sa.ARRAY) else stated
    encode = _checked(argument, _encoder(kind, column))
    sent = None if value is None else held_value(value, _each(encode) if listed else encode)
    return sa.bindparam("v", sent, type_=_sent_as(column, listed=listed), unique=True)


def _encoder(kind: FieldType, column: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    if not isinstance(kind, EnumType):
        return encoding_of(kind, column).encode
    # A Python enum is stored by its names, if the column that it is compared with says no other.
    names = {name: name for name in kind.members}
    stored = column_type(kind.name, kind.name, column) if isinstance(column, sa.Enum) else None
    return (stored.members if isinstance(stored, EnumType) else names).__getitem__


def _sent_as(column: sa.types.TypeEngine[Any], *, listed: bool) -> sa.types.TypeEngine[Any]:
    """As this SQL type, or as the one that Postgres finds to be wanted if the model says none."""
    if isinstance(column, sa.types.NullType):
        return column
    named = column.compile(DIALECT) if not isinstance(column, sa.Enum) else enum_name(column)
    return SqlType(f"{named}[]" if listed else named)


def _checked(argument: Argument, encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def encoded(value: Any) -> Any:
        if storable(value):
            return encode(value)
        raise ArgumentInvalid("postgres", f"Postgres has no such value for {argument.api!r}.")

    return encoded


def _each(encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: [encode(value) for value in values]
