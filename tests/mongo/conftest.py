"""In charge of the server, the databases and the sources that the tests of MongoDB are given.

They run on the driver that ``MONGO_DRIVER`` names: pymongo, unless it says motor.
"""

import contextlib
import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import mongo_dock
import pytest
from mongo_models import CATALOG
from mongo_server import Secantus
from patient import PATIENT
from pymongo import MongoClient
from pymongo.monitoring import CommandListener

from datasources.mongo import MongoSource, client_of, database_of
from datasources.mongo.client import Driver, settled


class Commands(CommandListener):
    """The commands that a client sent, by name."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: Any) -> None:
        self.sent.append(event.command_name)

    def succeeded(self, event: Any) -> None:
        pass

    def failed(self, event: Any) -> None:
        pass


@pytest.fixture(scope="session")
def driver() -> Driver:
    """The driver to test."""
    return "motor" if os.environ.get("MONGO_DRIVER") == "motor" else "pymongo"


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Secantus]:
    """A running server, which no test may stop."""
    server = Secantus(tmp_path_factory.mktemp("secantus"))
    try:
        server.start("--enable-test-commands")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def raw(server) -> Iterator[MongoClient[Any]]:
    """A client for what tests write."""
    with MongoClient[Any](server.url(), uuidRepresentation="standard") as client:
        yield client


@pytest.fixture
async def opened(driver) -> AsyncIterator[Callable[..., MongoSource]]:
    """Makes a source of its own for a URL, and closes it after the test."""
    async with contextlib.AsyncExitStack() as stack:

        def source_at(url: str, **options: Any) -> MongoSource:
            source = MongoSource(
                database_of(client_of(url, driver)), CATALOG, **{"queueing": PATIENT, **options}
            )
            stack.push_async_callback(source.close)
            return source

        yield source_at


@pytest.fixture(scope="session")
def _commands() -> Commands:
    return Commands()


@pytest.fixture
def commands(_commands) -> Commands:
    """What `filled` sources send from here on."""
    _commands.sent.clear()
    return _commands


@pytest.fixture(scope="session")
async def client(server, driver, _commands) -> AsyncIterator[Any]:
    """The client that `filled` sources share."""
    client = client_of(server.url(), driver, event_listeners=[_commands])
    yield client
    await settled(client.close())


@pytest.fixture(scope="session")
def docks_database(raw) -> Any:
    """Where the ships and docks are, with their unique index and a validator."""
    database = raw["docks"]
    database.create_collection("docks", validator=mongo_dock.DEPTH)
    database["ships"].create_index([("flag", 1), ("number", 1)], unique=True)
    return database


@pytest.fixture
def docks(docks_database, client) -> MongoSource:
    """A source over the ships and docks, which are as they were."""
    for entity in mongo_dock.CATALOG.values():
        docks_database[entity.table].delete_many({})
    for collection, documents in mongo_dock.DOCUMENTS.items():
        docks_database[collection].insert_many(documents)
    return MongoSource(client[docks_database.name], mongo_dock.CATALOG, queueing=PATIENT)


@pytest.fixture(scope="session")
def filled(raw, client) -> Callable[..., MongoSource]:
    """Makes a source over a new database with these documents, by collection."""
    numbers = itertools.count()

    def source_with(*, indexed: bool = False, **collections: list[dict[str, Any]]) -> MongoSource:
        database = raw[f"filled{next(numbers)}"]
        for entity in CATALOG.values():
            if documents := collections.get(entity.table):
                database[entity.table].insert_many(documents)
                for index in entity.indexes[1:] if indexed else ():
                    stored = [(entity.fields[field].stored, 1) for field in index]
                    database[entity.table].create_index(stored)
        return MongoSource(client[database.name], CATALOG, queueing=PATIENT)

    return source_with
