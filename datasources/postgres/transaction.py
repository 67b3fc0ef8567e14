"""In charge of a transaction in Postgres: one session of the pool's, from first use to end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import psycopg

from catalog.change import Change, Changed, Isolation
from catalog.entity import Entity, Store
from catalog.query import Answer, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask, ask_of
from datasources.errors import StoreError, StoreTimeout
from datasources.own import is_own
from datasources.postgres.changes import Changes
from datasources.postgres.failures import failure_of, unavailable
from datasources.postgres.making import Making
from datasources.postgres.pool import Pool
from datasources.postgres.refusals import commit_unknown, failure_of_change, is_passing
from datasources.postgres.session import Asked, Result, sql_of
from datasources.postgres.statements import Call, answers_of
from datasources.postgres.viewers import Telling
from datasources.postgres.wire import Wire
from datasources.turns import Turns
from telemetry import store_span


class Plain(NamedTuple):
    """A statement without parameters."""

    sql: str
    values: Sequence[Any] = ()


_COMMIT: Final = Plain("COMMIT")
_ROLL_BACK: Final = Plain("ROLLBACK")
_OURSELVES: Final = Plain("SELECT set_config('role', 'none', true)")
"""Takes back the role of who asks: Bigraph's own tables are not theirs to write."""


class Opening(NamedTuple):
    """How a transaction begins: at which level, for whom, and once ``held`` has ended well."""

    isolation: Isolation | None
    who: Telling | None
    held: Callable[[], Awaitable[None]]

    @property
    def statements(self) -> Sequence[Asked]:
        """What goes out before all else."""
        level = f" ISOLATION LEVEL {self.isolation.value}" if self.isolation else ""
        begin = Plain(f"BEGIN{level} READ WRITE")
        return [begin, self.who] if self.who else [begin]


class PostgresTransaction:
    """A ``Transaction``: `BEGIN` goes out with what is asked first.

    ``call_of`` compiles reads; ``seconds`` bounds each answer. A session on which a wait was
    cancelled is closed, by which the server rolls back.
    """

    store = Store.POSTGRES

    def __init__(
        self,
        changes: Changes,
        pool: Pool,
        seconds: float,
        call_of: Callable[[Ask], Call | None],
        *,
        opening: Opening,
    ) -> None:
        self.policy = opening.who.fingerprint if opening.who else ""
        self._opening = opening
        self._making = Making(changes, self._change)
        self._pool = pool
        self._seconds = seconds
        self._call_of = call_of
        self._turns = Turns(self.store.value)
        self._wire: Wire | None = None

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """As of any source."""
        return await self.run([ask_of(read) for read in reads])

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        calls = [self._call_of(ask) for ask in asks]
        sent = [call for call in calls if call]
        own = any(is_own(ask.template.read.entity) for ask in asks)
        async with self._turns.turn():
            results = await self._results("SELECT", sent, own=own) if sent else ()
            return answers_of(asks, calls, results)

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:  # noqa: ARG002
        """Of nothing: estimates are for the source to make."""
        return {}

    async def change(self, change: Change) -> Changed:
        """Makes the change, by one statement for all rows that have the same fields."""
        async with self._turns.turn():
            return await self._making.made(change)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            try:
                if error is None and self._turns.failure is None:
                    await self._commit(wire)
                elif wire.is_sound:
                    await self._roll_back(wire)
            finally:
                await self._pool.give_back(wire)
        if error is None:
            self._turns.check()

    async def _commit(self, wire: Wire) -> None:
        try:
            await wire.run([_COMMIT], self._seconds)
        except TimeoutError as error:
            raise commit_unknown(error) from error
        except psycopg.Error as error:
            if not wire.is_sound:
                raise commit_unknown(error) from error
            raise failure_of_change(error, None, _COMMIT.sql) from error

    async def _roll_back(self, wire: Wire) -> None:
        """If that fails, the session is not sound, and its end does the same."""
        try:
            await wire.run([_ROLL_BACK], self._seconds)
        except (psycopg.Error, TimeoutError):
            return

    async def _change(self, operation: str, change: Change, calls: Sequence[Asked]) -> list[Result]:
        return await self._results(operation, calls, change, own=is_own(change.entity))

    async def _results(
        self, operation: str, calls: Sequence[Asked], change: Change | None = None, *, own: bool
    ) -> list[Result]:
        table = change.entity.table if change else None
        query = sql_of(calls)
        span = store_span(
            "postgresql", operation, table, query=query, batch=len(calls), asked=query
        )
        with span as told:
            try:
                results = await (self._by_ourselves(calls) if own else self._run(calls))
            except TimeoutError as error:
                raise StoreTimeout("postgres", "Postgres took too long to answer.") from error
            except psycopg.Error as error:
                raise self._failure(error, change, query) from error
            told.returned(sum(len(rows) for rows, _ in results))
            return results

    def _failure(self, error: psycopg.Error, change: Change | None, sql: str) -> StoreError:
        if self._wire is None or not self._wire.is_sound:
            return unavailable(error)
        if change or is_passing(error):
            return failure_of_change(error, change, sql)
        return failure_of(error, sql)

    async def _by_ourselves(self, calls: Sequence[Asked]) -> list[Result]:
        who = self._opening.who
        if who is None:
            return await self._run(calls)
        _, *results, _ = await self._run([_OURSELVES, *calls, who])
        return results

    async def _run(self, calls: Sequence[Asked]) -> list[Result]:
        if self._wire is not None:
            return await self._wire.run(calls, self._seconds)
        try:
            return await self._first(calls, fresh=False)
        except psycopg.Error:
            # The session had died since its last use, so nothing was done; nobody need notice.
            if self._wire is None or self._wire.is_sound:
                raise
            wire, self._wire = self._wire, None
            await self._pool.give_back(wire)
        return await self._first(calls, fresh=True)

    async def _first(self, calls: Sequence[Asked], *, fresh: bool) -> list[Result]:
        if self._opening.who:
            await self._opening.held()
        self._wire = await self._pool.take(fresh=fresh)
        asked = [*self._opening.statements, *calls]
        results = await self._wire.run(asked, self._seconds)
        return results[len(results) - len(calls) :]
