"""In charge of taking from an empty table what slows COPY, and of what puts it back afterwards."""

from __future__ import annotations

from typing import Any, Final, LiteralString, cast

import psycopg

_LOCK: Final = "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE"
_HAS_ROWS: Final = "SELECT EXISTS (SELECT FROM {})"
# What takes each away, and what makes it again: foreign keys from and to the table, and indexes
# that keep nothing unique.
_BURDENS: Final = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
              conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND %(table)s::regclass IN (conrelid, confrelid)
UNION ALL
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = %(table)s::regclass AND NOT indisunique
"""


async def unburden(connection: psycopg.AsyncConnection[Any], table: str, again: list[str]) -> bool:
    """Readies a table, by its quoted name, for its rows; False if it has some already.

    All within the transaction, in which ``again`` gets the statements that are to follow them.
    """
    await _run(connection, _LOCK.format(table))
    found = await _run(connection, _HAS_ROWS.format(table))
    if (await found.fetchall())[0][0]:
        return False
    burdens = await connection.execute(_BURDENS, {"table": table})
    for drop, make in await burdens.fetchall():
        await _run(connection, drop)
        again.append(make)
    # Rows of a table that was emptied in their transaction may be frozen, as those of a new one.
    await _run(connection, f"TRUNCATE {table}")
    return True


async def _run(
    connection: psycopg.AsyncConnection[Any], statement: str
) -> psycopg.AsyncCursor[Any]:
    return await connection.execute(cast("LiteralString", statement))
