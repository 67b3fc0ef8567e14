"""In charge of what models say in the database's own words, so that the two can be compared.

Postgres stores an expression as it understands it, and tells it in its own way. So what a model
says is made in the session's temporary schema, looked at there, and undone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import visitors


def spell(connection: sa.Connection, index: sa.Index) -> None:
    """Puts an index of expressions into the database's words, if it can be read there now."""
    if not any(isinstance(each, (sa.TextClause, sa.Function)) for each in _parts(index)):
        return
    table = cast("sa.Table", index.table)
    with _tried(connection):
        found = _as_found(connection, table, index)
        table.indexes.discard(index)
        options = {name: said for name, said in found.dialect_kwargs.items() if said}
        sa.Index(index.name, *_moved(found, table), unique=index.unique, _table=table, **options)


def spelled_view(connection: sa.Connection, definition: str) -> str | None:
    """A view's definition in the database's words; None if it cannot be read there as yet."""
    with _tried(connection):
        connection.exec_driver_sql(f"CREATE TEMP VIEW bigraph_compared AS {definition}")
        query = "SELECT pg_get_viewdef('pg_temp.bigraph_compared'::regclass)"
        return connection.exec_driver_sql(query).scalar()
    return None


@contextmanager
def _tried(connection: sa.Connection) -> Generator[None]:
    """What is made within is undone; what fails, since a table is still to come, is let be."""
    attempt = connection.begin_nested()
    try:
        yield
    except DBAPIError:
        pass
    finally:
        attempt.rollback()


def _as_found(connection: sa.Connection, table: sa.Table, index: sa.Index) -> sa.Index:
    """The index as it is found, after it was made on a temporary table like this one."""
    temporary = _bare(table)
    connection.execute(CreateTable(temporary))
    moved = _moved(index, temporary)
    made = sa.Index(index.name, *moved, _table=temporary, **index.dialect_kwargs)
    connection.execute(CreateIndex(made))
    schema = connection.exec_driver_sql("SELECT pg_my_temp_schema()::regnamespace").scalar()
    found = sa.Table(table.name, sa.MetaData(), schema=schema, autoload_with=connection)
    return next(iter(found.indexes))


def _bare(table: sa.Table) -> sa.Table:
    """The columns of a table alone, as one of the session's; enums as text, as they may not be."""
    columns = [sa.Column(each.name, _without_enums(each.type)) for each in table.columns]
    return sa.Table(table.name, sa.MetaData(), *columns, schema="pg_temp")


def _without_enums(kind: Any) -> sa.types.TypeEngine[Any]:
    if isinstance(kind, sa.ARRAY):
        return sa.ARRAY(_without_enums(cast("Any", kind).item_type))
    return sa.Text() if isinstance(kind, sa.Enum) else kind


def _parts(index: sa.Index) -> Iterator[Any]:
    for expression in cast("list[Any]", index.expressions):
        yield from visitors.iterate(expression)


def _moved(index: sa.Index, table: sa.Table) -> list[Any]:
    """The expressions of an index, over the same columns of another table."""

    def own(element: Any, **_: Any) -> Any:
        return table.c[element.name] if isinstance(element, sa.Column) else None

    expressions = cast("list[Any]", index.expressions)
    return [visitors.replacement_traverse(each, {}, own) for each in expressions]
