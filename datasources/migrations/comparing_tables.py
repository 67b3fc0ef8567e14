"""In charge of comparing tables, by Alembic, and views, of which it knows nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, cast

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.operations import MigrateOperation, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.schema import RETAIN_SCHEMA

from catalog.entity import Entity
from datasources.migrations.comparing_enums import enum_steps
from datasources.migrations.comparing_json import json_default_differs
from datasources.migrations.course import Table
from datasources.migrations.spelling import spell, spelled_view
from datasources.migrations.steps import CreateView, DropView
from datasources.postgres.search import (
    TRIGRAM_OPS,
    TRIGRAMS,
    SearchIndex,
    needs_trigrams,
    search_indexes,
)
from datasources.postgres.tables import table_of
from datasources.postgres.views import views_in_order

_PLUGINS: Final = ("alembic.autogenerate.*", "alembic.ext.checkconstraint_byname")
_DIALECT: Final = postgresql.dialect(paramstyle="named")
_VIEW: Final = """
SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = to_regclass(:name) AND relkind = 'v'
"""
_OTHER: Final = "SELECT 1 FROM pg_class WHERE oid = to_regclass(:name) AND relkind <> 'v'"


def table_steps(
    entities: Sequence[Entity], connection: sa.Connection, made: Collection[Table]
) -> Iterator[MigrateOperation]:
    """The steps that would make the tables and views of these what their models say.

    Views that are not as defined go before the tables change, and come back after it.
    """
    usual = sa.inspect(connection).default_schema_name
    ours = compared_tables(entities, usual)
    for index in [index for table in ours.tables.values() for index in table.indexes]:
        spell(connection, index)
    found = _alembics(connection, ours, made)
    stale, missing = _of_views(connection, views_in_order(entities))
    schemas = {table.schema for table in ours.tables.values() if table.schema}
    absent = sorted(schemas - set(sa.inspect(connection).get_schema_names()))
    yield from (ops.ExecuteSQLOp(f"CREATE SCHEMA IF NOT EXISTS {_quoted(n)}") for n in absent)
    if needs_trigrams(entities) and not _has_trigrams(connection):
        yield ops.ExecuteSQLOp(TRIGRAMS)
    yield from stale
    yield from enum_steps(ours, connection)
    yield from (*found, *missing)


def compared_tables(entities: Sequence[Entity], usual: str | None) -> sa.MetaData:
    """The tables of these, with the indexes of their searches, apart from the models' own.

    Those of the ``usual`` schema are without one, as Alembic has them.

    Types are the plain ones of SQLAlchemy, so that what is written of them outlives the models.
    """
    copies: dict[sa.Table, sa.Table] = {}
    own, views = sa.MetaData(), {table_of(entity) for entity in entities if entity.view}
    stored = [entity for entity in entities if not entity.view]
    for table in dict.fromkeys(map(table_of, stored)):
        schema: Any = None if table.schema == usual else RETAIN_SCHEMA
        copied = table.to_metadata(own, schema=schema)
        copies[table] = copied
        for column in copied.columns:
            column.type = _plain(column.type)
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table in views:
                _forget(copied, constraint)
    for index in search_indexes(stored):
        _add_search(copies[table_of(index.entity)], index)
    return own


def _add_search(table: sa.Table, index: SearchIndex) -> None:
    if index.column is None:
        sa.Index(index.bare, sa.text(index.expression), postgresql_using="gin", _table=table)
        return
    column = table.c[index.column]
    sa.Index(index.bare, column, postgresql_using="gin", postgresql_ops={column.key: TRIGRAM_OPS})


def _plain(kind: Any) -> sa.types.TypeEngine[Any]:
    while isinstance(kind, sa.types.TypeDecorator):
        kind = cast("Any", kind).load_dialect_impl(_DIALECT)
    if isinstance(kind, sa.ARRAY):
        held: Any = cast("Any", kind)
        return sa.ARRAY(_plain(held.item_type), dimensions=held.dimensions)
    if isinstance(kind, sa.Enum) and kind.native_enum:
        # One step makes it: Alembic would make it with each table.
        named: Any = kind
        return postgresql.ENUM(
            *named.enums, name=named.name, schema=named.schema, create_type=False
        )
    return kind


def _forget(table: sa.Table, constraint: sa.ForeignKeyConstraint) -> None:
    """Takes a foreign key away that only says how rows are related."""
    for each in [*table.foreign_key_constraints]:
        if each.column_keys == constraint.column_keys:
            table.constraints.discard(each)
            for key in each.elements:
                key.parent.foreign_keys.discard(key)
                table.foreign_keys.discard(key)


def _alembics(
    connection: sa.Connection, ours: sa.MetaData, made: Collection[Table]
) -> Iterable[MigrateOperation]:
    names = {(table.schema, table.name) for table in ours.tables.values()} | set(made)
    schemas = {schema for schema, _ in names}

    def is_looked_at(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name in schemas
        return kind != "table" or (parents["schema_name"], name) in names

    opts = {
        "target_metadata": ours,
        "compare_server_default": json_default_differs,
        "include_schemas": bool(schemas - {None}),
        "include_name": is_looked_at,
        "autogenerate_plugins": [*_PLUGINS],
    }
    context = MigrationContext.configure(connection, opts=opts)
    found = produce_migrations(context, ours).upgrade_ops
    return found.ops if found else ()


def _has_trigrams(connection: sa.Connection) -> bool:
    query = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
    return bool(connection.exec_driver_sql(query).scalar())


def _of_views(
    connection: sa.Connection, views: Sequence[Entity]
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """What drops the views that are not as defined, and what makes them.

    If one is to be made anew, so are all that the models define, as they may be made of it. What
    is no plain view, though it has the name of one, is somebody else's.
    """
    ours = [view for view in views if not _asked(connection, _OTHER, view)]
    there = {view: _asked(connection, _VIEW, view) for view in ours}
    stale = any(
        told and told[0] != spelled_view(connection, _sql(view)) for view, told in there.items()
    )
    drops = [view for view in reversed(ours) if stale and there[view]]
    makes = [view for view in ours if stale or not there[view]]
    return [*map(_drop, drops)], [*map(_create, makes)]


def _asked(connection: sa.Connection, query: str, view: Entity) -> sa.Row[Any] | None:
    name = _quoted(view.table, view.namespace)
    return connection.execute(sa.text(query), {"name": name}).first()


def _create(view: Entity) -> CreateView:
    return CreateView(view.table, _sql(view), view.namespace)


def _drop(view: Entity) -> DropView:
    return DropView(view.table, view.namespace)


def _sql(view: Entity) -> str:
    return ((view.view and view.view.sql) or "").strip()


def _quoted(name: str, schema: str | None = None) -> str:
    prepare = _DIALECT.identifier_preparer
    inside = f"{prepare.quote_schema(schema)}." if schema else ""
    return f"{inside}{prepare.quote(name)}"
