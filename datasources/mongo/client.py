"""In charge of clients of MongoDB: PyMongo's and Motor's, behind the one API that they share."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

import pymongo.lock
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo import AsyncMongoClient, UpdateOne
from pymongo.errors import PyMongoError

from datasources.mongo.waiting import within

if sys.version_info < (3, 12):
    # One function waits by it there: the one that waits for a condition.
    pymongo.lock.wait_for = within  # pyright: ignore[reportPrivateImportUsage]

Driver = Literal["pymongo", "motor"]
Document = dict[str, Any]

DEFAULT_DATABASE = "bigraph"
POOL_SIZE = 100
"""Connections at most, as is the driver's own default."""

CODEC: CodecOptions[Document] = CodecOptions(
    # A time zone of Python's own is put to moments where they are decoded: the driver's is slower.
    tz_aware=False,
    uuid_representation=UuidRepresentation.STANDARD,
    # What Python cannot hold (year 20000, broken text) must not fail the rows beside it.
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)

_SCHEMES = ("mongodb://", "mongodb+srv://")
_EXPECTED = "expected mongodb://user:password@host:27017/database"

# Milliseconds; a URL may say otherwise. A socket has no limit of its own: MongoSource bounds reads,
# and a server that falls silent fails the driver's heartbeat within some 14 seconds.
_LIMITS: Mapping[str, int] = {
    "serverSelectionTimeoutMS": 2_000,
    "connectTimeoutMS": 2_000,
    # A source lets no more in than there are connections, unless a URL says that there are fewer.
    "waitQueueTimeoutMS": 500,
    # Balancers and servers close what idles for some minutes; a transaction would find that out.
    "maxIdleTimeMS": 200_000,
}


class Cursor(Protocol):
    """What an aggregate command gives."""

    async def to_list(self, length: int | None) -> list[Document]:
        """All remaining documents."""
        ...


class Readable(Protocol):
    """What can run an aggregate command: a collection, or a database."""

    def aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], **options: Any
    ) -> Awaitable[Cursor] | Cursor:
        """The command's cursor, at once (Motor) or awaited (PyMongo)."""
        ...


class Collection(Readable, Protocol):
    """A collection, as a transaction writes to it."""

    def insert_many(self, documents: Sequence[Document], *, session: Session) -> Awaitable[object]:
        """Inserts in order, up to the first that fails."""
        ...

    def update_many(
        self, filter: Document, update: Sequence[Document], *, session: Session
    ) -> Awaitable[object]:
        """Updates all documents that match, by the stages of a pipeline."""
        ...

    def delete_many(self, filter: Document, *, session: Session) -> Awaitable[object]:
        """Deletes all documents that match."""
        ...

    def bulk_write(self, requests: Sequence[UpdateOne], *, session: Session) -> Awaitable[object]:
        """Several updates in order, in one command."""
        ...


class Session(Protocol):
    """What transactions run in; one at a time."""

    def start_transaction(self, **options: Any) -> Awaitable[object] | object:
        """Marks the begin, at once (Motor) or awaited (PyMongo); asks nothing of the server."""
        ...

    def commit_transaction(self) -> Awaitable[None]:
        """May be asked again if it is not known what became of it."""
        ...

    def abort_transaction(self) -> Awaitable[None]:
        """Raises nothing if the server does not answer."""
        ...

    def end_session(self) -> Awaitable[None]:
        """Aborts what is not committed."""
        ...


class Client(Protocol):
    """Connections to one MongoDB."""

    def start_session(self) -> Awaitable[Session] | Session:
        """A session, at once (PyMongo) or awaited (Motor); asks nothing of the server."""
        ...

    def get_default_database(self, default: str) -> Database:
        """The database that the URL names, else ``default``."""
        ...

    def close(self) -> Awaitable[None] | None:
        """Gives back every connection, at once (Motor) or awaited (PyMongo)."""
        ...


class Database(Readable, Protocol):
    """One database of a client."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def client(self) -> Client:
        """The client that it belongs to."""
        ...

    def __getitem__(self, name: str) -> Collection: ...

    def with_options(self, codec_options: CodecOptions[Document]) -> Database:
        """The same database, decoded otherwise."""
        ...

    def command(self, command: str | Mapping[str, Any]) -> Awaitable[Document]:
        """Runs a command by its name, or with its arguments."""
        ...


T = TypeVar("T")


async def settled(result: Awaitable[T] | T) -> T:
    """The result, awaited where this driver wants that: the only difference between the two."""
    return cast("T", await result if inspect.isawaitable(result) else result)


def client_of(url: str, driver: Driver = "pymongo", **options: Any) -> Client:
    """A client for a URL; connects when first used. ``options`` are the driver's own.

    What the URL says counts more than they do.

    Raises ValueError, in one line without credentials, if the URL is malformed.
    """
    if not url.startswith(_SCHEMES):
        raise ValueError(f"Not a MongoDB URL: {_EXPECTED}.")
    make = _maker(driver)
    try:
        named = {name.lower() for name, _ in parse_qsl(urlsplit(url).query)}
        said = {**_LIMITS, **options}
        unsaid = {name: value for name, value in said.items() if name.lower() not in named}
        with warnings.catch_warnings():
            # The driver merely warns of an option that it does not know or cannot read.
            warnings.simplefilter("error", UserWarning)
            return cast("Client", make(url, **unsaid))
    except (PyMongoError, ValueError, UserWarning) as error:
        raise ValueError(_complaint(url, error)) from None


def _maker(driver: Driver) -> Any:
    if driver == "pymongo":
        return AsyncMongoClient
    from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 (it loads GridFS as well)

    return AsyncIOMotorClient


def _complaint(url: str, error: Exception) -> str:
    if "@" in url:  # the driver's message may quote a part of the password
        return f"Not a MongoDB URL: {_EXPECTED}, special characters of the password as %40."
    return f"Not a MongoDB URL: {str(error).splitlines()[0].rstrip('.')}; {_EXPECTED}."


def database_of(client: Client, default: str = DEFAULT_DATABASE) -> Database:
    """The database that the client's URL names, else ``default``, decoded as `CODEC` says."""
    return client.get_default_database(default).with_options(codec_options=CODEC)
