"""In charge of the SQL that makes tables: what comes before their rows, and what after. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import CreateDomainType, CreateEnumType, dialect
from sqlalchemy.schema import (
    AddConstraint,
    CreateIndex,
    CreateSchema,
    CreateTable,
    ExecutableDDLElement,
)

# Not psycopg's own style of parameters, for which each % in a default would be doubled.
_DIALECT = dialect(paramstyle="named")
_PREPARER = _DIALECT.identifier_preparer
# There is no CREATE TYPE IF NOT EXISTS. Types belong to all tables of their metadata, so those of
# tables that are there are among them.
_UNLESS_THERE = "DO $made$ BEGIN {}; EXCEPTION WHEN duplicate_object THEN NULL; END $made$"


@dataclass(frozen=True, slots=True)
class Creation:
    """Statements that make tables; rows go in quicker without indexes and foreign keys."""

    before_rows: Sequence[str]
    after_rows: Sequence[str]


def creation(
    tables: Sequence[sa.Table], present: Collection[str], views: Collection[sa.Table] = ()
) -> Creation:
    """Makes those of the tables, and of their indexes, whose quoted names are not ``present``.

    A foreign key into one of the ``views`` only says how rows are related.
    """
    missing = [table for table in tables if quoted_name(table) not in present]
    made = list(_made(missing))
    indexes = (index for table in tables if table not in missing for index in table.indexes)
    lacking = [CreateIndex(index) for index in indexes if quoted_name(index) not in present]
    before = [*_schemas(missing), *map(_without_foreign_keys, _tables_and_types(made))]
    after = [*lacking, *_indexes(made), *_foreign_keys(missing, views)]
    return Creation([*map(_text, before)], [*map(_text, after)])


def made_if_missing(tables: Sequence[sa.Table]) -> Iterator[str]:
    """Makes schemas, tables and their indexes; whatever has the name of one stays as it is."""
    yield from schemas(tables)
    for table in tables:
        yield _text(CreateTable(table, if_not_exists=True))
        yield from (_text(CreateIndex(index, if_not_exists=True)) for index in table.indexes)


def upkeep(table: sa.Table) -> Iterator[str]:
    """What a table needs after COPY: statistics, and its next id past those it holds."""
    name, column = quoted_name(table), table.autoincrement_column
    yield f"ANALYZE {name}"
    if column is not None:
        sequence = f"pg_get_serial_sequence({_literal(name)}, {_literal(column.name)})"
        yield f"SELECT setval({sequence}, max({_PREPARER.format_column(column)})) FROM {name}"  # noqa: S608 (the models' names)


def quoted_name(item: sa.Table | sa.Index) -> str:
    """Its name as SQL has it, with its schema if it has one."""
    if isinstance(item, sa.Table):
        return _PREPARER.format_table(item)
    schema = item.table.schema if item.table is not None else None
    name = _PREPARER.format_index(item)
    return f"{_PREPARER.quote_schema(schema)}.{name}" if schema else name


def _made(tables: Sequence[sa.Table]) -> Iterator[ExecutableDDLElement]:
    """What SQLAlchemy would run to make these tables with all that belongs to them."""
    made: list[ExecutableDDLElement] = []

    def note(item: Any, *_: object, **__: object) -> None:
        made.append(item)

    engine: Any = sa.create_mock_engine("postgresql+psycopg://", note)
    for metadata in {id(table.metadata): table.metadata for table in tables}.values():
        group = [table for table in tables if table.metadata is metadata]
        metadata.create_all(engine, tables=group, checkfirst=False)
    yield from made


def schemas(tables: Iterable[sa.Table]) -> list[str]:
    """The statements that make the schemas of these, where they are missing."""
    return [*map(_text, _schemas(tables))]


def _schemas(tables: Iterable[sa.Table]) -> Iterator[ExecutableDDLElement]:
    for schema in sorted({table.schema for table in tables if table.schema}):
        yield CreateSchema(schema, if_not_exists=True)


def _tables_and_types(
    made: Iterable[ExecutableDDLElement],
) -> Iterator[ExecutableDDLElement]:
    return (item for item in made if not isinstance(item, (CreateIndex, AddConstraint)))


def _without_foreign_keys(item: ExecutableDDLElement) -> ExecutableDDLElement:
    is_table = isinstance(item, CreateTable)
    return CreateTable(item.element, include_foreign_key_constraints=[]) if is_table else item


def _indexes(made: Iterable[ExecutableDDLElement]) -> Iterator[ExecutableDDLElement]:
    return (item for item in made if isinstance(item, CreateIndex))


def _foreign_keys(
    tables: Iterable[sa.Table], views: Collection[sa.Table]
) -> Iterator[ExecutableDDLElement]:
    for table in tables:
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table in views:
                continue
            yield AddConstraint(constraint, isolate_from_table=False)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(item: ExecutableDDLElement) -> str:
    text = str(item.compile(dialect=_DIALECT))
    is_type = isinstance(item, CreateEnumType | CreateDomainType)
    return _UNLESS_THERE.format(text) if is_type else text
