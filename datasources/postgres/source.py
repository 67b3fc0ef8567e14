"""In charge of answering reads from Postgres: compiles each, runs them, and shapes what returns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq.abc import PGresult

from catalog.entity import Catalog, Store
from catalog.query import Answer, Key, Read
from catalog.summary import Summary
from datasources.errors import StoreTimeout
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.failures import failure_of, is_stale, reason_of, unavailable
from datasources.postgres.pool import Connection, Pool
from datasources.postgres.rows import Row, answers_in
from datasources.postgres.statements import Statement, statement_for
from telemetry import store_span

Result: TypeAlias = tuple[list[Row], list[int]]
"""The rows that a statement gave, and the type OIDs of their columns."""

_PING_SECONDS = 1.0
_GRACE_SECONDS = 1.0


class PostgresSource:
    """A ``DataSource`` over the tables of one Postgres database.

    ``url`` is as for libpq or SQLAlchemy; ValueError if it is malformed. Nothing is connected
    before the first read. ``statement_timeout``, ``connect_timeout`` and ``queue_timeout`` (the
    wait for one of ``pool_size`` connections) are in seconds.
    """

    store = Store.POSTGRES

    def __init__(
        self,
        catalog: Catalog,
        url: str,
        *,
        pool_size: int = 10,
        statement_timeout: float = 30.0,
        connect_timeout: float = 2.0,
        queue_timeout: float = 10.0,
    ) -> None:
        self._catalog = catalog
        conninfo = conninfo_of(url, statement_timeout=statement_timeout)
        self._pool = Pool(
            conninfo,
            size=pool_size,
            connect_timeout=connect_timeout,
            queue_timeout=queue_timeout,
        )
        self._deadline = statement_timeout + _GRACE_SECONDS
        known = conninfo_to_dict(conninfo)
        self._database = cast("str | None", known.get("dbname"))
        self._address = cast("str | None", known.get("host"))

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Answers each read by one statement of its own, all in one round trip."""
        statements = [statement_for(self._catalog, read) for read in reads]
        results = iter(await self._results([each for each in statements if each]))
        return [
            _answers(statement, *next(results)) if statement else _unasked(read)
            for read, statement in zip(reads, statements, strict=True)
        ]

    async def ping(self) -> str | None:
        """None if the database takes a new connection within a second, else a short reason.

        It is a connection of its own: a busy pool is not a store that is down.
        """
        try:
            await (await self._pool.connect(_PING_SECONDS)).close()
        except (psycopg.Error, OSError) as error:
            return reason_of(error)
        return None

    async def close(self) -> None:
        """Closes every connection, those in use when they are done."""
        await self._pool.close()

    async def _results(self, statements: Sequence[Statement]) -> list[Result]:
        if not statements:
            return []
        tables = {statement.table for statement in statements}
        with store_span(
            "postgresql",
            "SELECT",
            tables.pop() if len(tables) == 1 else None,
            query="; ".join(statement.sql for statement in statements),
            batch=len(statements),
            namespace=self._database,
            address=self._address,
        ) as call:
            results = await self._attempts(statements)
            call.returned(sum(len(rows) for rows, _ in results))
            return results

    async def _attempts(self, statements: Sequence[Statement]) -> list[Result]:
        """Runs the statements; once more if the connection was dead, since reads may be repeated.

        The server restarted, or an operator ended the session, and nobody need notice.
        """
        try:
            return await self._attempt(statements, fresh=False)
        except _Repeatable:
            pass
        try:
            return await self._attempt(statements, fresh=True)
        except _Repeatable as error:
            raise unavailable(error.reason) from error.reason

    async def _attempt(self, statements: Sequence[Statement], *, fresh: bool) -> list[Result]:
        async with self._pool.connection(fresh=fresh) as connection:
            try:
                async with asyncio.timeout(self._deadline):
                    return await _run(connection, statements)
            except TimeoutError as error:
                await connection.close()
                raise StoreTimeout("postgres", "Postgres took too long to answer.") from error
            except psycopg.Error as error:
                if connection.closed or (is_stale(error) and not fresh):
                    await connection.close()
                    raise _Repeatable(error) from error
                sql = "; ".join(statement.sql for statement in statements)
                raise failure_of(error, sql) from error


class _Repeatable(Exception):  # noqa: N818 (never leaves this module)
    """A failure that another connection may not have."""

    def __init__(self, reason: psycopg.Error) -> None:
        super().__init__(str(reason))
        self.reason = reason


async def _run(connection: Connection, statements: Sequence[Statement]) -> list[Result]:
    if len(statements) == 1:
        (only,) = statements
        return [await _result(await connection.execute(only.sql.encode(), only.parameters))]
    async with connection.pipeline():
        cursors = [
            await connection.execute(each.sql.encode(), each.parameters) for each in statements
        ]
        return [await _result(cursor) for cursor in cursors]


async def _result(cursor: psycopg.AsyncCursor[Row]) -> Result:
    rows = await cursor.fetchall()
    result = cast("PGresult", cursor.pgresult)
    return rows, [result.ftype(place) for place in range(result.nfields)]


def _answers(
    statement: Statement, rows: Sequence[Row], types: Sequence[int]
) -> Mapping[Key, Answer]:
    return answers_in(statement.layout, statement.keys, rows, types)


def _unasked(read: Read | Summary) -> Mapping[Key, Answer]:
    return {} if read.batch else {(): Answer()}
