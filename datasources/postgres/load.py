"""In charge of what Postgres starts with: tables, their indexes and the sample's rows, by COPY."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Json
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from catalog.entity import Entity
from catalog.types import EnumType, FieldType
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.ddl import creation, quoted_name, upkeep
from datasources.postgres.documents import json_form
from datasources.postgres.failures import reason_of
from datasources.postgres.inside import is_json
from datasources.postgres.own import make_own_tables
from datasources.postgres.search import TRIGRAMS, SearchIndex, needs_trigrams, search_indexes
from datasources.postgres.tables import Aliased, table_of
from datasources.postgres.unburden import unburden
from datasources.postgres.values import DIALECT
from datasources.postgres.views import view_fingerprint, views_to_make
from datasources.sample import (
    LEDGER,
    LoadError,
    Progress,
    SampleTable,
    check_ledger,
    fingerprint,
    sample_of,
)

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]

_SECONDS_TO_CONNECT = 5
_SECONDS_TO_COPY = 3600.0
_ROWS_BETWEEN_REPORTS = 2_000

_MAKE_LEDGER = f"""
CREATE TABLE IF NOT EXISTS {LEDGER} (
    entity text PRIMARY KEY,
    fingerprint text NOT NULL,
    rows bigint NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now()
)
"""
# A second server that starts at the same time waits for the first one's commit.
_WAIT_FOR_OTHERS = f"SELECT pg_advisory_xact_lock(hashtext('{LEDGER}'))"
_READ_LEDGER = f"SELECT entity, fingerprint FROM {LEDGER}"  # noqa: S608 (a constant)
_NOTE = f"""
INSERT INTO {LEDGER} (entity, fingerprint, rows) VALUES (%s, %s, %s)
ON CONFLICT (entity) DO UPDATE
SET (fingerprint, rows, loaded_at) = (excluded.fingerprint, excluded.rows, now())
"""  # noqa: S608 (a constant)
_PRESENT = "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL"


async def load_tables(
    entities: Sequence[Entity],
    samples: Mapping[type, SampleTable],
    url: str,
    progress: Progress,
    *,
    migrates: bool,
) -> bool:
    """Makes missing tables and indexes, and loads what is not loaded yet; True if anything was.

    If it ``migrates``, migrations have made them.

    All in one transaction: an interrupted load leaves nothing behind. Raises ``LoadError``.
    """
    conninfo = conninfo_of(url, statement_timeout=_SECONDS_TO_COPY, writes=True)
    connect = psycopg.AsyncConnection.connect(conninfo, connect_timeout=_SECONDS_TO_CONNECT)
    try:
        async with _closing(await connect) as connection, connection:
            load = _load_rows if migrates else _load
            return await load(connection, entities, samples, progress)
    except psycopg.Error as error:
        reason = reason_of(error).rstrip(".")
        raise LoadError(f"What models say cannot be made in Postgres: {reason}.") from error
    except SQLAlchemyError as error:
        # It cannot write the statement that makes a table.
        reason = str(error).rstrip(".")
        raise LoadError(f"Postgres can have no table as a model describes it: {reason}.") from error


@asynccontextmanager
async def _closing(connection: Connection) -> AsyncGenerator[Connection]:
    """Closes it in any case; its own context does not if it is cancelled as it rolls back."""
    try:
        yield connection
    finally:
        await connection.close()


async def _load(
    connection: Connection,
    entities: Sequence[Entity],
    samples: Mapping[type, SampleTable],
    progress: Progress,
) -> bool:
    await _run(connection, (_WAIT_FOR_OTHERS, _MAKE_LEDGER))
    await make_own_tables(connection)
    views = [entity for entity in entities if entity.view]
    entities = [entity for entity in entities if not entity.view]
    tables = list(dict.fromkeys(table_of(entity) for entity in entities))
    searches = search_indexes(entities)
    present = await _present(connection, tables, searches)
    due = await _due(connection, entities, samples, present, migrates=False)
    making = creation(tables, present, [table_of(view) for view in views])
    await _run(connection, making.before_rows)
    new = {table for table in tables if quoted_name(table) not in present}
    await _copy_all(connection, due, new, progress)
    await _run(connection, making.after_rows)
    await _run(connection, [TRIGRAMS] if needs_trigrams(entities) else [])
    await _run(connection, [each.statement for each in searches if each.name not in present])
    for entity, _ in due:
        await _run(connection, upkeep(table_of(entity)))
    await _make_views(connection, views)
    return bool(due)


async def _load_rows(
    connection: Connection,
    entities: Sequence[Entity],
    samples: Mapping[type, SampleTable],
    progress: Progress,
) -> bool:
    """Loads what is not loaded yet into tables that are there, as quickly as if they were new."""
    await _run(connection, (_WAIT_FOR_OTHERS, _MAKE_LEDGER))
    await make_own_tables(connection)
    stored = [entity for entity in entities if not entity.view]
    tables = dict.fromkeys(table_of(entity) for entity in stored)
    present = await _present(connection, tables, ())
    due = await _due(connection, stored, samples, present, migrates=True)
    again, empty = list[str](), set[sa.Table]()
    for table in dict.fromkeys(table_of(entity) for entity, _ in due):
        if await unburden(connection, quoted_name(table), again):
            empty.add(table)
    await _copy_all(connection, due, empty, progress)
    await _run(connection, again)
    for entity, _ in due:
        await _run(connection, upkeep(table_of(entity)))
    return bool(due)


async def _copy_all(
    connection: Connection,
    due: Iterable[tuple[Entity, SampleTable]],
    new: Collection[sa.Table],
    progress: Progress,
) -> None:
    """Loads these, and notes it; ``new`` are tables that nobody else sees as yet."""
    for entity, sample in due:
        is_new = table_of(entity) in new
        rows = await _copy(connection, entity, sample, progress, is_new=is_new)
        await connection.execute(_NOTE, (entity.name, fingerprint(entity, sample), rows))


async def _make_views(connection: Connection, views: Sequence[Entity]) -> None:
    present = await _present(connection, [table_of(view) for view in views], ())
    noted = dict(await _rows(connection, _READ_LEDGER))
    making = views_to_make(views, present, noted)
    await _run(connection, making.statements)
    for view in making.views:
        await connection.execute(_NOTE, (view.name, view_fingerprint(view), 0))


async def _present(
    connection: Connection, tables: Iterable[sa.Table], searches: Iterable[SearchIndex]
) -> set[str]:
    """The quoted names of those tables and indexes that the database has."""
    named = [quoted_name(item) for table in tables for item in (table, *table.indexes)]
    wanted = [*named, *(index.name for index in searches)]
    return {name for (name,) in await _rows(connection, _PRESENT, wanted)}


async def _due(
    connection: Connection,
    entities: Iterable[Entity],
    samples: Mapping[type, SampleTable],
    present: Collection[str],
    *,
    migrates: bool,
) -> list[tuple[Entity, SampleTable]]:
    """What is to be loaded; raises ``LoadError`` for a table that holds other rows."""
    ledger = dict(await _rows(connection, _READ_LEDGER))
    due: list[tuple[Entity, SampleTable]] = []
    for entity in entities:
        sample, table = sample_of(entity, samples), quoted_name(table_of(entity))
        if sample is None:
            continue
        noted = ledger.get(entity.name) if table in present else None
        is_empty = table not in present or await _is_empty(connection, entity)
        wanted = fingerprint(entity, sample)
        check_ledger(entity, noted, wanted, is_empty=is_empty, migrates=migrates)
        if noted is None:
            due.append((entity, sample))
    return due


async def _is_empty(connection: Connection, entity: Entity) -> bool:
    table = table_of(entity)
    own = sa.select(table).where(Aliased(entity, table).portion).exists()
    text = str(sa.select(own).compile(dialect=DIALECT))
    return not (await _rows(connection, text))[0][0]


async def _copy(
    connection: Connection,
    entity: Entity,
    sample: SampleTable,
    progress: Progress,
    *,
    is_new: bool,
) -> int:
    """Loads a table; gives the number of rows."""
    stored = entity.stored_fields.values()
    columns = sql.SQL(", ").join(sql.Identifier(field.stored) for field in stored)
    table = sql.SQL(cast("Any", quoted_name(table_of(entity))))
    # Frozen rows need no vacuum before an index alone can count them.
    option = sql.SQL(" (FREEZE)" if is_new else "")
    statement = sql.SQL("COPY {} ({}) FROM STDIN{}").format(table, columns, option)
    done = 0
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for done, row in enumerate(_sent(entity, sample.rows()), start=1):
            await copy.write_row(row)
            if done % _ROWS_BETWEEN_REPORTS == 0 and done < sample.count:
                progress(entity.name, done, sample.count)
                # While the server keeps up nothing above waits, and other tasks want their turn.
                await asyncio.sleep(0)
    progress(entity.name, done, sample.count)
    return done


def _sent(entity: Entity, rows: Iterator[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """Each row's values in the order of the fields, as psycopg takes them."""
    names = list(entity.stored_fields)
    fields, columns = entity.fields, table_of(entity).c
    encoders = [
        (at, _encoder(fields[name].type, columns[fields[name].stored].type))
        for at, name in enumerate(names)
    ]
    special = [(at, encode) for at, encode in encoders if encode is not None]
    for row in rows:
        values = [row.get(name) for name in names]
        for at, encode in special:
            values[at] = None if values[at] is None else encode(values[at])
        yield values


def _encoder(kind: FieldType, column: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, EnumType):
        return kind.members.__getitem__
    return (lambda value: Json(json_form(kind, value))) if is_json(column) else None


async def _run(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        await connection.execute(statement.encode())


async def _rows(connection: Connection, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return await (await connection.execute(query.encode(), parameters or None)).fetchall()
