"""In charge of whether a database that is not ours has what the models rely on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

import psycopg

from catalog.entity import Catalog, Entity
from datasources.errors import SearchUnavailable, StoreTimeout, StoreUnavailable
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.ddl import quoted_name
from datasources.postgres.search import needs_trigrams
from datasources.postgres.source import PostgresSource
from datasources.postgres.tables import table_of
from datasources.postgres.viewers import Roles

_SECONDS: Final = 2
_PATIENCE: Final = 10
"""Seconds for what is found out before anything is read, if not now."""
_MOMENT: Final = 1.0
"""Seconds for what is only said, if it can be found out in time."""
_COLUMNS: Final = """
SELECT sought.name, array_agg(attname::text)
FROM unnest(%s::text[]) AS sought (name)
JOIN pg_attribute ON attrelid = to_regclass(sought.name) AND attnum > 0 AND NOT attisdropped
GROUP BY 1
"""
_HAS_TRIGRAMS: Final = "SELECT FROM pg_extension WHERE extname = 'pg_trgm'"


async def check_tables(entities: Sequence[Entity], url: str) -> None:
    """Raises ``SearchUnavailable`` if texts are to be compared by likeness, and cannot be.

    A server that does not answer is let be: it may, later.
    """
    if not needs_trigrams(entities):
        return
    conninfo = conninfo_of(url, statement_timeout=_SECONDS)
    try:
        connection = await psycopg.AsyncConnection.connect(conninfo, connect_timeout=_SECONDS)
        async with connection:
            there = (await connection.execute(_HAS_TRIGRAMS)).rowcount
    except (psycopg.Error, OSError):
        return
    if not there:
        names = ", ".join(entity.name for entity in entities if needs_trigrams([entity]))
        message = f"__similar__ of {names} needs pg_trgm, which the database lacks."
        raise SearchUnavailable("postgres", message, hint="CREATE EXTENSION pg_trgm;")


async def lacking(entities: Sequence[Entity], url: str) -> Sequence[str]:
    """What models have and the database does not: tables and columns, each as a sentence says it.

    Nothing is known of a server that does not answer.
    """
    tables = {quoted_name(table_of(entity)): entity for entity in entities}
    conninfo = conninfo_of(url, statement_timeout=_SECONDS)
    with suppress(psycopg.Error, OSError, TimeoutError):
        async with (
            asyncio.timeout(_MOMENT),
            await psycopg.AsyncConnection.connect(conninfo) as connection,
        ):
            rows = await (await connection.execute(_COLUMNS, [[*tables]])).fetchall()
        return [*_lacking(tables, dict(rows))]
    return ()


def _lacking(tables: Mapping[str, Entity], there: Mapping[str, list[str]]) -> Iterator[str]:
    for name, entity in tables.items():
        if (columns := there.get(name)) is None:
            yield f"there is no {name} ({entity.name})"
        elif missing := [
            each.name for each in table_of(entity).columns if each.name not in columns
        ]:
            yield f"{name} ({entity.name}) lacks {', '.join(missing)}"


async def check_roles(catalog: Catalog, url: str, roles: Roles) -> Sequence[str]:
    """What shows all of its rows to the roles that people have; raises ``RoleUnfit``.

    A server that does not answer is let be: whoever reads from it first has them checked.
    """
    source = PostgresSource(
        catalog,
        url,
        pool_size=1,
        statement_timeout=_PATIENCE,
        connect_timeout=_PATIENCE,
        roles=roles,
    )
    try:
        return await source.check_roles()
    except (StoreUnavailable, StoreTimeout):
        return ()
    finally:
        await source.close()
