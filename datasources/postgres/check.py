"""In charge of whether a database that is not ours has what the models rely on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import psycopg

from catalog.entity import Catalog, Entity
from datasources.errors import SearchUnavailable, StoreTimeout, StoreUnavailable
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.search import needs_trigrams
from datasources.postgres.source import PostgresSource
from datasources.postgres.viewers import Roles

_SECONDS: Final = 2
_PATIENCE: Final = 10
"""Seconds for what is found out before anything is read, if not now."""
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
