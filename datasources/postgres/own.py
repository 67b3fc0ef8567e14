"""In charge of making the tables that Bigraph keeps for itself in Postgres."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from datasources.own import METADATA, SCHEMA
from datasources.postgres.ddl import made_if_missing

_WAIT_FOR_OTHERS: Final = f"SELECT pg_advisory_xact_lock(hashtext('{SCHEMA}'))"


async def make_own_tables(connection: psycopg.AsyncConnection[Any]) -> None:
    """Makes those that are missing, within the transaction; whoever does the same waits for it.

    Raises psycopg's errors.
    """
    for statement in (_WAIT_FOR_OTHERS, *made_if_missing(METADATA.sorted_tables)):
        await connection.execute(statement.encode())
