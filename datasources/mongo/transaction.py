"""In charge of a transaction in MongoDB: one session, from its first use to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar

from pymongo import ReadPreference, WriteConcern
from pymongo.read_concern import ReadConcern

from catalog.change import Change, Changed, Insert, Update
from catalog.entity import Catalog, Entity, Store
from catalog.query import Answer, Key, Read, Record
from catalog.summary import Summary
from catalog.templates import Ask, ask_of
from datasources.errors import StoreTimeout, StoreUnavailable
from datasources.mongo.client import Database, Session, settled
from datasources.mongo.errors import DRIVER_ERRORS, STORE, is_lost
from datasources.mongo.making import Making
from datasources.mongo.refusals import commit_unknown, failure_of_change, is_unknown
from datasources.places import Places
from datasources.turns import Turns
from telemetry.stores import store_span

T = TypeVar("T")
Answered: TypeAlias = Callable[
    [Sequence[Ask], Session], Coroutine[Any, Any, list[Mapping[Key, Answer]]]
]

_COMMITS: Final = 2
"""How often a commit is asked for, while nobody says what became of it."""

_REFUSALS: Final = (*DRIVER_ERRORS, OverflowError, UnicodeEncodeError)


class MongoTransaction:
    """A ``Transaction``, which sees one state of the database, whatever others do.

    ``answered`` answers reads in a session; ``seconds`` bounds each change, and the end. It has one
    of the ``places`` from its first use on.
    """

    store = Store.MONGO
    policy = ""

    def __init__(
        self,
        catalog: Catalog,
        database: Database,
        answered: Answered,
        seconds: float,
        places: Places,
    ) -> None:
        self._catalog = catalog
        self._database = database
        self._answered = answered
        self._seconds = seconds
        self._places = places
        self._has_place = False
        self._turns = Turns(self.store.value)
        self._session: Session | None = None
        self._working: asyncio.Task[Any] | None = None

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """As of any source."""
        return await self.run([ask_of(read) for read in reads])

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        async with self._turns.turn():
            if not asks:
                return []
            return await self._whole(lambda: self._asked(asks))

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:  # noqa: ARG002
        """Of nothing: estimates are for the source to make."""
        return {}

    async def change(self, change: Change) -> Changed:
        """Makes the change, by one command for all documents but those that are replaced."""
        async with self._turns.turn():
            name = _operation(change)
            table, database = change.entity.table, self._database.name
            with store_span("mongodb", name, table, namespace=database, asked=table):
                return await self._whole(lambda: self._made(change))

    async def _whole(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What comes of work that goes on if who waits for it is cancelled.

        A driver that is cancelled in a command leaves it to the server, where it may come to be
        after the abort, and in the way of the session's next transaction.
        """
        if not self._has_place:
            await self._places.take()
            self._has_place = True
        begun = self._session is not None
        self._working = asyncio.create_task(work() if begun else self._first(work))
        self._working.add_done_callback(_heard)
        return await asyncio.shield(self._working)

    async def _first(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return await work()
        except StoreUnavailable as error:
            if not is_lost(error.__cause__):
                raise
        # The connection had died since its last use, so nothing was done; nobody need notice.
        session, self._session = self._session, None
        if session is not None:
            await session.end_session()
        return await work()

    async def _asked(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        return await self._answered(asks, await self._begun())

    async def _made(self, change: Change) -> Changed:
        session = await self._begun()
        making = Making(self._catalog, self._database, session, self._rows_of)
        try:
            async with asyncio.timeout(self._seconds):
                return await making.made(change)
        except TimeoutError as error:
            raise StoreTimeout(STORE, "MongoDB took too long to answer.") from error
        except _REFUSALS as error:
            raise failure_of_change(error, change) from error

    async def _rows_of(self, read: Read) -> Sequence[Record]:
        (answers,) = await self._answered([ask_of(read)], await self._begun())
        return answers[()].rows

    async def _begun(self) -> Session:
        if self._session is None:
            self._session = await settled(self._database.client.start_session())
            await settled(
                self._session.start_transaction(
                    read_concern=ReadConcern("snapshot"),
                    write_concern=WriteConcern("majority"),
                    read_preference=ReadPreference.PRIMARY,
                    max_commit_time_ms=max(1, int(self._seconds * 1000)),
                )
            )
        return self._session

    async def _still(self) -> None:
        """Waits for the end of what is under way."""
        if self._working is not None and not self._working.done():
            try:
                await asyncio.wait({self._working}, timeout=_COMMITS * self._seconds)
            finally:
                self._working.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is not None or self._turns.failure is not None:
                await self._abort()
            elif (session := self._session) is not None:
                await self._whole(lambda: self._commit(session))
        finally:
            try:
                await self._still()  # which may only then have begun a session
                if self._session is not None:
                    await self._session.end_session()
            finally:
                if self._has_place:
                    self._places.leave()
        if error is None:
            self._turns.check()

    async def _commit(self, session: Session) -> None:
        """Asks again where that is safe, which of a commit it is."""
        for attempt in range(1, _COMMITS + 1):
            try:
                async with asyncio.timeout(self._seconds):
                    await session.commit_transaction()
                return
            except TimeoutError as error:
                raise commit_unknown(error) from error
            except DRIVER_ERRORS as error:
                if not is_unknown(error):
                    raise failure_of_change(error) from error
                if attempt == _COMMITS:
                    raise commit_unknown(error) from error

    async def _abort(self) -> None:
        """If the server does not answer, it aborts by itself, a minute later at the most."""
        await self._still()
        if self._session is None:
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._session.abort_transaction()
        except (*DRIVER_ERRORS, TimeoutError):
            return


def _heard(work: asyncio.Task[Any]) -> None:
    """Takes note of how it ended, which concerns nobody any more."""
    if not work.cancelled():
        work.exception()


def _operation(change: Change) -> str:
    """MongoDB's own word."""
    if isinstance(change, Insert):
        return "insert"
    return "update" if isinstance(change, Update) else "delete"
