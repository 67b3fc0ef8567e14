"""In charge of one session with Postgres on libpq's own level: statements sent and results read.

A session is in pipeline mode for good. Statements are prepared when they come a second time, and
one reader on the event loop takes in what comes back. Who asks, and who is told, is for those who
stand on this: one caller at a time (`wire.py`), or many (`shared.py`).
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol, Self, TypeAlias, cast

import psycopg
from psycopg import OperationalError, errors
from psycopg.abc import Transformer as Loading
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus
from psycopg.pq.abc import PGconn, PGresult

from datasources.postgres.ahead import prepared
from datasources.postgres.arrays import array_of
from datasources.postgres.loaders import ADAPTERS

_PREPARED: Final = 500
"""Statements that a session prepares; then a new session takes its place."""

_CHARACTERS: Final = 500_000
"""Of their texts, which may be long, and which Postgres keeps as well."""

_SEEN: Final = 1000
"""Texts that a session knows to have come once, by their hashes."""

_CANCEL_SECONDS: Final = 2.0
_CANCEL_PAUSE: Final = 0.005
"""Seconds until the server is told again; then twice as many."""


class Asked(Protocol):
    """A statement in libpq's form, ``$1``…, and the values of its parameters."""

    @property
    def sql(self) -> str:
        """The text, by which a session knows it again."""
        ...

    @property
    def values(self) -> Sequence[Any]:
        """In order."""
        ...


def sql_of(asked: Sequence[Asked]) -> str:
    """The text of several statements, without values."""
    return "; ".join([each.sql for each in asked])


Result: TypeAlias = tuple[list[tuple[Any, ...]], tuple[int, ...]]
"""The rows of a statement as tuples, and the type OIDs of their columns."""


class _Reading(NamedTuple):
    """What reads the rows of one prepared statement, whose types Postgres does not let change."""

    loading: Loading
    types: tuple[int, ...]


class Session(ABC):
    """A session, and what it knows of the statements that were sent."""

    foreseen: Collection[str] = ()
    """Texts that will come again and again, so that each is prepared when it first comes."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._pg: PGconn = connection.pgconn
        self._loop = asyncio.get_running_loop()
        self._types = Transformer.from_context(connection)
        self._readings: dict[bytes, _Reading] = {}
        self._names: dict[str, bytes] = {}
        self._seen: dict[int, None] = {}
        self._numbered = 0
        self._characters = 0
        self.is_full = False
        """Whether it has prepared as much as it may."""
        self._broken = False
        self._socket = self._pg.socket
        self._is_watched = True
        self._pg.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._readable)

    @classmethod
    async def connect(cls, conninfo: str, ahead: Collection[str] = ()) -> Self:
        """A new session, in which these texts are prepared. Raises psycopg's errors.

        What cannot be prepared, as of a table that is missing, is left out; so is what there is
        no room for beside others.
        """
        connection = await psycopg.AsyncConnection[Any].connect(
            conninfo, autocommit=True, context=ADAPTERS
        )
        try:
            names = await prepared(connection, ahead) if ahead else {}
        except BaseException:
            await connection.close()
            raise
        session = cls(connection)
        session._know(names)
        return session

    @property
    def is_sound(self) -> bool:
        """Whether it is there, so that what fails in it does not fail because of it."""
        return not self._broken

    @property
    def usable(self) -> bool:
        """Whether it is good for the next one, too: a sound one may be full."""
        return not (self._broken or self.is_full)

    @property
    @abstractmethod
    def _is_waited_for(self) -> bool:
        """Whether something was sent of which not all has come back."""

    @abstractmethod
    def _collect(self) -> None:
        """Takes what has come. Raises psycopg's errors if the session is lost."""

    @abstractmethod
    def _tell_lost(self, error: psycopg.Error) -> None:
        """Tells all who wait that nothing more will come."""

    async def close(self) -> None:
        """Ends the session, and what it runs."""
        running = self._is_waited_for and not self._is_lost()
        self._broken = True
        self._unwatch()
        try:
            if running:
                await self._cancel()
        finally:
            await self._connection.close()

    async def _cancel(self) -> None:
        """Ends what runs; told again, since the server does not hear it before that has begun.

        Nor does it hear that the session is closed, until it has something to say to it.
        """
        until, pause = self._loop.time() + _CANCEL_SECONDS, _CANCEL_PAUSE
        with suppress(psycopg.Error):  # then it ends by its own timeout
            while not self._has_ended() and (left := until - self._loop.time()) > 0:
                await self._connection.cancel_safe(timeout=left)
                await asyncio.sleep(pause)
                pause *= 2

    def _has_ended(self) -> bool:
        """Whether all that was sent has come to an end, whatever that was."""
        self._pg.consume_input()
        while self._next() is not None:
            pass
        return not self._pg.is_busy()

    def _is_lost(self) -> bool:
        return self._pg.status != ConnStatus.OK

    def _send(self, sql: str, values: Sequence[Any]) -> bytes | None:
        """Sends a statement; ``values`` are as `_sent` makes them. Its name, if it is prepared."""
        name = self._names.get(sql)
        if name is not None:
            self._pg.send_query_prepared(name, values)
        elif hash(sql) in self._seen or sql in self.foreseen:
            self._pg.send_prepare(name := self._named(sql), sql.encode())
            self._pg.send_query_prepared(name, values)
        else:
            # Most texts that come once never come again: their plan is not worth keeping.
            self._note(hash(sql))
            self._pg.send_query_params(sql.encode(), values)
        return name

    def _note(self, text: int) -> None:
        self._seen[text] = None
        while len(self._seen) > _SEEN:
            del self._seen[next(iter(self._seen))]

    def _know(self, names: Mapping[str, bytes]) -> None:
        self._names.update(names)
        self._count(len(names), sum(map(len, names)))

    def _count(self, statements: int, characters: int) -> None:
        self._numbered += statements
        self._characters += characters
        self.is_full = self._numbered >= _PREPARED or self._characters > _CHARACTERS

    def _named(self, sql: str) -> bytes:
        self._count(1, len(sql))
        self._names[sql] = b"s%d" % self._numbered
        self._seen.pop(hash(sql), None)
        return self._names[sql]

    def _sent(self, value: Any) -> Any:
        """A value as text, which Postgres reads as the type that the statement casts it to."""
        if type(value) is str:
            return value.encode()
        if type(value) is int:
            return b"%d" % value
        if type(value) is list and (array := array_of(cast("list[Any]", value))) is not None:
            return array
        return None if value is None else self._types.get_dumper(value, PyFormat.TEXT).dump(value)

    def _flush(self) -> None:
        if self._pg.flush():
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        try:
            if self._pg.flush() == 0:
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._lose(error)

    def _readable(self) -> None:
        try:
            self._pg.consume_input()
            self._collect()
        except psycopg.Error as error:
            self._lose(error)

    def _next(self) -> PGresult | None:
        """What has come next; None if it is not there, or not whole. Raises psycopg's errors."""
        is_between = False
        while not self._pg.is_busy():
            result = self._pg.get_result()
            if result is not None:
                return result
            # Once is between two statements; twice, there is only that the server ends the session.
            if is_between:
                if self._is_lost():
                    raise OperationalError("the connection is lost")
                return None
            is_between = True
        return None

    def _lose(self, error: psycopg.Error) -> None:
        """The server went away: nothing more will come."""
        self._broken = True
        self._unwatch()
        self._tell_lost(error)

    def _unwatch(self) -> None:
        """Once only: of a lost session libpq closes the socket, whose number is soon another's."""
        if self._is_watched:
            self._is_watched = False
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)

    def _failed(self, result: PGresult) -> psycopg.Error:
        """The error that a statement ended in."""
        self._names.clear()  # what was to be prepared may not have been
        self._readings.clear()
        return errors.error_from_result(result)

    def _read(self, result: PGresult, name: bytes | None = None) -> Result:
        """The rows, of the statement that is prepared under this name, if it is."""
        known = self._readings.get(name) if name else None
        if known is None or len(known.types) != result.nfields:
            known = self._reading(result, name)
        loading, types = known
        loading.set_pgresult(result, set_loaders=False)
        rows = loading.load_rows(0, result.ntuples, tuple)
        loading.set_pgresult(None, set_loaders=False)  # it would hold it until the next one comes
        return rows, types

    def _reading(self, result: PGresult, name: bytes | None) -> _Reading:
        """What reads such rows; it is kept for a statement with a name."""
        loading = Transformer.from_context(self._connection) if name else self._types
        loading.set_pgresult(result)
        reading = _Reading(loading, tuple(map(result.ftype, range(result.nfields))))
        if name:
            self._readings[name] = reading
        return reading
