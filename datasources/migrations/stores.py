"""In charge of the two stores as a migration has them, and of who may change them now."""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final, cast

import psycopg
import sqlalchemy as sa
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from datasources.migrations.errors import MigrationError
from datasources.migrations.errors import reason_of as told
from datasources.migrations.noted import OWN, Urls
from datasources.mongo.client import CODEC, DEFAULT_DATABASE, client_of
from datasources.own import SCHEMA
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.failures import reason_of

_SECONDS: Final = 3600.0
_SECONDS_TO_CONNECT: Final = 5
LIMITS: Final = "SET lock_timeout = '10s';\nSET statement_timeout = '1h';\n\n"
"""How long a step may wait and last. Who waits for a table holds back all that come after."""

_SECONDS_TO_WAIT: Final = 600.0
_BETWEEN_LOOKS: Final = 0.2
_BETWEEN_BEATS: Final = 2.0
_BEATS_MISSED: Final = 30.0
_LOCK: Final = f"hashtext('{SCHEMA}.migrations')"


@dataclass(frozen=True, slots=True)
class Stores:
    """Open connections; None for a store that holds nothing of the graph."""

    postgres: sa.Connection | None
    mongo: Database[dict[str, Any]] | None


@contextmanager
def opened(urls: Urls) -> Generator[Stores]:
    """Connections to the stores. Whatever fails of them within is a ``MigrationError``."""
    with told_failures(), ExitStack() as stack:
        database, connection = None, None
        if urls.mongo:
            client = stack.enter_context(_client(urls.mongo))
            database = client.get_default_database(DEFAULT_DATABASE).with_options(CODEC)
        if urls.postgres:
            conninfo = conninfo_of(urls.postgres, statement_timeout=_SECONDS, writes=True)
            connection = stack.enter_context(connected(conninfo))
        yield Stores(connection, database)


@contextmanager
def told_failures() -> Generator[None]:
    """Makes a ``MigrationError`` of what a driver raises, without addresses or credentials."""
    try:
        yield
    except OperationalError as error:
        raise MigrationError(f"Postgres failed: {reason_of(error.orig or error)}.") from error
    except (SQLAlchemyError, psycopg.Error) as error:
        raise MigrationError(f"Postgres failed: {told(error)}.") from error
    except ConnectionFailure as error:
        raise MigrationError("MongoDB does not answer.") from error
    except PyMongoError as error:
        raise MigrationError(f"MongoDB failed: {told(error)}.") from error


@contextmanager
def connected(conninfo: str) -> Generator[sa.Connection]:
    """A connection to Postgres as SQLAlchemy has it; closed in any case."""
    engine = sa.create_engine(
        "postgresql+psycopg://",
        poolclass=NullPool,
        creator=lambda: psycopg.connect(conninfo, connect_timeout=_SECONDS_TO_CONNECT),
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(LIMITS)
        connection.commit()
        yield connection


def _client(url: str) -> MongoClient[dict[str, Any]]:
    client_of(url)  # says what is wrong with a URL
    return MongoClient(url, serverSelectionTimeoutMS=5_000)


@contextmanager
def alone(stores: Stores, seconds: float = _SECONDS_TO_WAIT) -> Generator[None]:
    """Nobody else migrates meanwhile, whichever process it is; waits for who does already.

    Raises ``MigrationError`` if that takes longer than ``seconds``.
    """
    if stores.postgres is not None:
        with _alone_in_postgres(stores.postgres, seconds):
            yield
    elif stores.mongo is not None:
        with _alone_in_mongo(stores.mongo, seconds):
            yield


@contextmanager
def _alone_in_postgres(connection: sa.Connection, seconds: float) -> Generator[None]:
    """An advisory lock of the session, which ends with it, and so with the process.

    It is asked for again and again: a statement that waits for it would itself be waited for by
    ``CREATE INDEX CONCURRENTLY``.
    """
    deadline = time.monotonic() + seconds
    while not _said(connection, f"SELECT pg_try_advisory_lock({_LOCK})"):
        _check(deadline)
        time.sleep(_BETWEEN_LOOKS)
    try:
        yield
    finally:
        with suppress(SQLAlchemyError):  # the session is gone, and the lock with it
            connection.rollback()
            _said(connection, f"SELECT pg_advisory_unlock({_LOCK})")


def _said(connection: sa.Connection, query: str) -> Any:
    value = connection.exec_driver_sql(query).scalar()
    connection.commit()
    return value


@contextmanager
def _alone_in_mongo(database: Database[Any], seconds: float) -> Generator[None]:
    """A document that its owner changes all the time, for as long as the owner lives."""
    locks, owner, deadline = database[OWN], uuid.uuid4().hex, time.monotonic() + seconds
    seen: tuple[Any, float] = (None, time.monotonic())
    while not _taken(locks, owner):
        _check(deadline)
        held = locks.find_one({"_id": "lock"})
        if held != seen[0]:
            seen = (held, time.monotonic())
        elif held and time.monotonic() - seen[1] > _BEATS_MISSED:
            locks.delete_one(held)  # its owner is dead: by our own clock, as clocks differ
        time.sleep(_BETWEEN_LOOKS)
    over = Event()
    beating = Thread(target=_beat, args=(locks, owner, over), daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()
        with suppress(PyMongoError):
            locks.delete_one({"_id": "lock", "owner": owner})


def _taken(locks: Any, owner: str) -> bool:
    try:
        locks.insert_one({"_id": "lock", "owner": owner, "beats": 0})
    except DuplicateKeyError:
        return False
    return True


def _beat(locks: Any, owner: str, over: Event) -> None:
    while not over.wait(_BETWEEN_BEATS):
        with suppress(PyMongoError):
            locks.update_one({"_id": "lock", "owner": owner}, {"$inc": {"beats": 1}})


def _check(deadline: float) -> None:
    if time.monotonic() > deadline:
        hint = "If none does: see who holds the advisory lock in pg_locks, and end that session."
        raise MigrationError("Another process has been migrating all the time.", hint=hint)


def revision_in(database: Database[Any]) -> str | None:
    """The revision that a MongoDB notes itself."""
    noted = cast("dict[str, Any] | None", database[OWN].find_one({"_id": "revision"}))
    return noted["number"] if noted else None


def note_revision(database: Database[Any], number: str) -> None:
    """Notes the revision that a MongoDB is at."""
    database[OWN].replace_one({"_id": "revision"}, {"number": number}, upsert=True)
