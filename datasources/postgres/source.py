"""In charge of answering reads from Postgres: compiles each, runs them, and shapes what returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import cast

import psycopg
from psycopg.conninfo import conninfo_to_dict

from catalog.change import Isolation
from catalog.entity import Catalog, Entity, Store
from catalog.explained import StorePlan
from catalog.query import Answer, DataSource, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask, Template, ask_of
from catalog.viewer import Viewer
from datasources.errors import RoleUnfit, StoreError, StoreTimeout
from datasources.places import USUAL, Queueing
from datasources.postgres.ahead import MOST
from datasources.postgres.changes import Changes
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.explaining import plan_of
from datasources.postgres.failures import failure_of, is_stale, reason_of, unavailable
from datasources.postgres.pool import Pool
from datasources.postgres.roles import check_held
from datasources.postgres.session import Asked, Result, Session, sql_of
from datasources.postgres.shared import HeldUpError
from datasources.postgres.statements import Call, Statement, answers_of, compiled, sendable
from datasources.postgres.statistics import size_statement
from datasources.postgres.transaction import Opening, PostgresTransaction
from datasources.postgres.viewers import Roles, Telling, ViewersSource, run_told
from datasources.postgres.wire import Wire
from telemetry import logger, store_span
from telemetry.pools import PoolUse
from telemetry.spans import recording
from telemetry.stores import StoreCall

_log = logger("postgres")
_PING_SECONDS = 1.0
_GRACE_SECONDS = 1.0


class PostgresSource:
    """A ``DataSource`` over the tables of one Postgres database.

    ``url`` is as for libpq or SQLAlchemy; ValueError if it is malformed. Nothing is connected
    before the first read. ``statement_timeout`` and ``connect_timeout`` are in seconds;
    ``queueing`` is for one of ``pool_size`` connections.

    With ``lines`` it can write rows as such, for some of its time, and saves much of ours.

    With ``roles`` all reads are those of somebody, `as_seen_by` whom Postgres is told; without a
    viewer they are those of somebody unknown.
    """

    store = Store.POSTGRES
    policy = ""

    def __init__(  # noqa: PLR0913 (a bound for each thing that can take long)
        self,
        catalog: Catalog,
        url: str,
        *,
        pool_size: int = 10,
        statement_timeout: float = 30.0,
        connect_timeout: float = 2.0,
        queueing: Queueing = USUAL,
        roles: Roles | None = None,
        lines: bool = True,
    ) -> None:
        self._catalog = catalog
        self._roles = roles
        self._lines = lines
        self._nobody = roles.telling(None) if roles else None
        self._held = False
        self._changes = Changes(catalog)
        conninfo = conninfo_of(url, statement_timeout=statement_timeout)
        self._pool = Pool(
            conninfo,
            size=pool_size,
            connect_timeout=connect_timeout,
            queueing=queueing,
        )
        self._deadline = statement_timeout + _GRACE_SECONDS
        known = conninfo_to_dict(conninfo)
        self._database = cast("str | None", known.get("dbname"))
        self._address = cast("str | None", known.get("host"))

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Answers each read by one statement of its own, all in one round trip."""
        return await self.run([ask_of(read) for read in reads])

    async def run(
        self, asks: Sequence[Ask], who: Telling | None = None
    ) -> list[Mapping[Key, Answer]]:
        """The same of reads that are already taken apart, for somebody whom Postgres is told.

        Raises ``RoleUnfit`` if no policy would hold.
        """
        who = who or self._nobody
        if who:
            await self._hold()
        calls = [*map(self._call, asks)]
        sent = [call for call in calls if call]
        return answers_of(asks, calls, await self._results(sent, who))

    def begin(self, isolation: Isolation | None = None) -> PostgresTransaction:
        """A transaction on a connection of its own, which it takes when it is first used."""
        return self.begin_for(isolation, self._nobody)

    def begin_own(self, isolation: Isolation | None = None) -> PostgresTransaction:
        """The same for Bigraph itself, of which Postgres is told nothing."""
        return self.begin_for(isolation, None)

    def begin_for(self, isolation: Isolation | None, who: Telling | None) -> PostgresTransaction:
        """The same for somebody whom Postgres is told; `run` says what it raises."""
        opening = Opening(isolation, who, self._hold)
        return PostgresTransaction(
            self._changes, self._pool, self._deadline, self._call, opening=opening
        )

    def _call(self, ask: Ask) -> Call | None:
        if not ask.ordinary:
            ask = ask_of(ask.read)
        template, keys = ask.template, sendable(ask.keys) if ask.keys else ()
        if template.read.batch and not keys:
            return None
        statement = template.made.get(self)
        if statement is None:
            if template.read.is_idle:
                return None
            statement = self._compiled(template)
        return statement.call(ask.values, keys)

    def _compiled(self, template: Template) -> Statement:
        statement = template.made[self] = compiled(self._catalog, template.read, lines=self._lines)
        return statement

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """As the last ANALYZE or VACUUM found them; a table that never saw one has none."""
        call = size_statement().call([entities], ())
        ((rows, _),) = await self._results([call])
        return {entities[int(number) - 1].name: int(size) for number, size in rows}

    def as_seen_by(self, viewer: Viewer) -> DataSource:
        """What reads for this viewer; itself, if Postgres is to be told nothing."""
        return ViewersSource(self, self._roles, viewer) if self._roles else self

    async def check_roles(self) -> Sequence[str]:
        """What shows all of its rows to a role, if people have roles: it has no policies.

        Raises ``RoleUnfit`` if no policy holds for a role; ``StoreError`` if there is no telling.
        """
        entities, roles = self._catalog.of(self.store), self._roles
        unguarded = await check_held(roles, entities, self._results) if roles else ()
        self._held = True
        return unguarded

    async def _hold(self) -> None:
        """Checks the roles once, for who asks, who is not told what is wrong with them."""
        if self._held:
            return
        try:
            await self.check_roles()
        except RoleUnfit as error:
            _log.warning("postgres_role_unfit", reason=str(error))
            raise RoleUnfit("postgres", "Postgres cannot tell what you may see.") from error

    @property
    def delay(self) -> float:
        """About how long a quick read waits for others, in seconds: there may be too many."""
        return self._pool.delay

    async def foresee(self, templates: Iterable[Template]) -> None:
        """Has the statements of these reads made, in place of those before, and prepared.

        Without a connection, and in those that are opened later, each is when it first comes.
        """
        asked = [each for each in templates if not each.read.is_idle][:MOST]
        made = [each.made.get(self) or self._compiled(each) for each in asked]
        quick = [each.sql for each in made if each.is_quick and not self._roles]
        await self._pool.foresee([each.sql for each in made], quick)

    async def warm(self) -> None:
        """Opens the session that quick reads share, if that can be."""
        await self._pool.share()

    async def ping(self) -> str | None:
        """None if the database takes a new connection within a second, else a short reason.

        It is a connection of its own: a busy pool is not a store that is down.
        """
        try:
            await (await self._pool.connect(_PING_SECONDS)).close()
        except (psycopg.Error, OSError) as error:
            return reason_of(error)
        return None

    async def explained(self, asks: Sequence[Ask], who: Telling | None = None) -> list[StorePlan]:
        """Postgres's own plans of the statements of these reads; it runs them, one by one."""
        who = who or self._nobody
        calls = [call for call in (self._call(ask) for ask in asks) if call]
        return [await plan_of(call, partial(self._by_itself, who)) for call in calls]

    async def _by_itself(self, who: Telling | None, statements: Sequence[Asked]) -> list[Result]:
        """Results of what is not for others to wait for."""
        connection = await self._pool.take()
        try:
            return await self._alone(connection, who, statements)
        except (TimeoutError, psycopg.Error) as error:
            raise self._failure(connection, error, statements) from error
        finally:
            await self._pool.give_back(connection)

    @property
    def pool_use(self) -> PoolUse:
        """How its connections are used now."""
        return self._pool.use

    async def close(self) -> None:
        """Closes every connection, those in use when they are done."""
        await self._pool.close()

    async def _results(
        self, statements: Sequence[Call], who: Telling | None = None
    ) -> list[Result]:
        if not statements:
            return []
        with self._span(statements) as call:
            # Once more if the connection was dead, since reads may be repeated: the server
            # restarted, or an operator ended the session, and nobody need notice.
            results = await self._attempt(statements, who, fresh=False)
            if results is None:
                results = await self._attempt(statements, who, fresh=True) or []
            for rows, _ in results:
                call.returned(len(rows))
            return results

    def _span(self, statements: Sequence[Call]) -> StoreCall:
        if not recording():
            return StoreCall("postgresql", "SELECT", None, statements, sql_of)
        tables = {call.statement.table for call in statements}
        return store_span(
            "postgresql",
            "SELECT",
            tables.pop() if len(tables) == 1 else None,
            query=sql_of(statements),
            batch=len(statements),
            namespace=self._database,
            address=self._address,
            asked=statements,
            told=sql_of,
        )

    async def _attempt(
        self, statements: Sequence[Call], who: Telling | None, *, fresh: bool
    ) -> list[Result] | None:
        """The results; None if another connection may do better."""
        quick = not (who or fresh)
        for call in statements:  # not `all`, which takes three times as long for the usual one
            quick = quick and call.is_quick
        shared = (self._pool.shared() or await self._pool.share()) if quick else None
        if shared is not None:
            try:
                return await shared.run(statements, self._deadline)
            except HeldUpError:
                pass  # its own connection will do
            except (TimeoutError, psycopg.Error) as error:
                if _is_lost(shared, error):
                    return None
                raise self._failure(shared, error, statements) from error
        connection = await self._pool.take(fresh=fresh)
        try:
            return await self._alone(connection, who, statements)
        except (TimeoutError, psycopg.Error) as error:
            if not fresh and _is_lost(connection, error):
                return None
            raise self._failure(connection, error, statements) from error
        finally:
            await self._pool.give_back(connection)

    async def _alone(
        self, connection: Wire, who: Telling | None, statements: Sequence[Asked]
    ) -> list[Result]:
        if who:
            return await run_told(connection, who, statements, self._deadline)
        return await connection.run(statements, self._deadline)

    def _failure(
        self, session: Session, error: TimeoutError | psycopg.Error, statements: Sequence[Asked]
    ) -> StoreError:
        """What is told of it."""
        if isinstance(error, TimeoutError):
            return StoreTimeout("postgres", "Postgres took too long to answer.")
        if not session.is_sound:
            return unavailable(error)
        return failure_of(error, sql_of(statements))


def _is_lost(session: Session, error: Exception) -> bool:
    """Whether another connection may do better."""
    return isinstance(error, psycopg.Error) and (not session.is_sound or is_stale(error))
