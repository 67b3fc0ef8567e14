"""In charge of finding out, quickly, whether there is anything to migrate. Without Alembic."""

from __future__ import annotations

from typing import Any, Final, cast

import psycopg
from pymongo.asynchronous.database import AsyncDatabase

from datasources.migrations.errors import MigrationError, reason_of
from datasources.migrations.noted import OWN, Urls
from datasources.mongo.client import client_of, database_of, settled
from datasources.mongo.errors import DRIVER_ERRORS
from datasources.mongo.own import make_own_collections
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.own import make_own_tables

_SECONDS: Final = 10
_PATIENCE: Final = 2
"""Seconds for a question that a start waits for."""
_REVISION: Final = "SELECT version_num FROM alembic_version"


async def noted_revision(urls: Urls) -> str | None:
    """The revision that the stores are at; None if there is none. Raises ``MigrationError``."""
    try:
        if urls.postgres:
            return await _in_postgres(urls.postgres)
        return await _in_mongo(urls.mongo) if urls.mongo else None
    except (psycopg.Error, *DRIVER_ERRORS) as error:
        raise MigrationError(f"The stores cannot be asked: {reason_of(error)}.") from error


async def _in_postgres(url: str) -> str | None:
    conninfo = conninfo_of(url, statement_timeout=_PATIENCE)
    connect = psycopg.AsyncConnection.connect(conninfo, connect_timeout=_PATIENCE)
    async with await connect as connection:
        try:
            found = await (await connection.execute(_REVISION)).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return found[0] if found else None


async def _in_mongo(url: str) -> str | None:
    client = client_of(url)
    try:
        database = cast("AsyncDatabase[dict[str, Any]]", database_of(client))
        noted = await database[OWN].find_one({"_id": "revision"})
        return noted["number"] if noted else None
    finally:
        await settled(client.close())


async def make_own(urls: Urls) -> None:
    """Makes what Bigraph keeps for itself in the stores. Raises ``MigrationError``."""
    try:
        if urls.postgres:
            conninfo = conninfo_of(urls.postgres, statement_timeout=_SECONDS, writes=True)
            connect = psycopg.AsyncConnection.connect(conninfo, connect_timeout=_SECONDS)
            async with await connect as connection:
                await make_own_tables(connection)
        if urls.mongo:
            client = client_of(urls.mongo)
            try:
                await make_own_collections(cast("AsyncDatabase[Any]", database_of(client)))
            finally:
                await settled(client.close())
    except (psycopg.Error, *DRIVER_ERRORS) as error:
        raise MigrationError(f"Bigraph's own tables cannot be made: {reason_of(error)}.") from error
