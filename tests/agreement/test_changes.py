"""In charge of the law of changes: memory and a real store do the same, step by step."""

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import psycopg
import pytest
import sqlalchemy as sa
from agreement_boats import BOATS_IN_TABLES, Table, documents
from agreement_changes import changes
from agreement_settings import SECONDS, examples
from hypothesis import given
from hypothesis import strategies as st
from pymongo import MongoClient
from test_agreement import typed

from catalog import Catalog, Store, catalog_of
from catalog.change import Change, Changed, Delete, Insert, Transaction
from catalog.query import ALWAYS, DataSource, Order, Read, Readable
from datasources.errors import StoreError
from datasources.memory import MemorySource
from datasources.mongo import MongoSource, client_of
from datasources.postgres import PostgresSource

pytestmark = pytest.mark.timeout(SECONDS)


@dataclass(frozen=True)
class Harbour:
    """A real store for the boats, and what it is called."""

    catalog: Catalog
    store: Store
    source: DataSource


@pytest.fixture(scope="module")
async def boats_in_postgres(servers) -> AsyncGenerator[Harbour]:
    """Tables with constraints."""
    catalog = catalog_of(BOATS_IN_TABLES)  # which maps the kinds
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(servers.postgres)
    )
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema("boats"))
        Table.metadata.create_all(connection)
    engine.dispose()
    source = PostgresSource(catalog, servers.postgres, connect_timeout=60, queue_timeout=60)
    yield Harbour(catalog, Store.POSTGRES, source)
    await source.close()


@pytest.fixture(scope="module")
async def boats_in_mongo(servers) -> AsyncGenerator[Harbour]:
    """Collections with a unique index."""
    catalog = catalog_of(documents())
    with MongoClient(servers.mongo) as client:
        client["harbour"]["boats"].create_index([("flag", 1), ("number", 1)], unique=True)
    client = client_of(servers.mongo, os.environ.get("MONGO_DRIVER", "pymongo"))
    source = MongoSource(client["harbour"], catalog)
    yield Harbour(catalog, Store.MONGO, source)
    await source.close()


@pytest.fixture(params=["postgres", "mongo"], scope="module")
def harbour(request) -> Harbour:
    """Each of the two."""
    return request.getfixturevalue(f"boats_in_{request.param}")


@examples(40)
@given(data=st.data())
async def test_a_store_changes_as_memory_does(harbour, data):
    """Transactions of changes, some undone: the same keys, the same errors, the same rows."""
    memory = MemorySource(harbour.catalog, harbour.store, {})
    for source in (memory, harbour.source):
        await _emptied(harbour.catalog, source)
    for _ in range(data.draw(st.integers(1, 3), label="transactions")):
        steps = data.draw(st.lists(changes(harbour.catalog), max_size=4), label="changes")
        ends = data.draw(st.sampled_from(["well", "well", "badly"]), label="ends")
        ours = await _outcome(harbour.catalog, memory, steps, ends)
        theirs = await _outcome(harbour.catalog, harbour.source, steps, ends)
        assert theirs == ours


class UndoneError(Exception):
    """What ends a transaction badly."""


async def _emptied(catalog: Catalog, source: DataSource) -> None:
    async with source.begin() as transaction:
        for entity in catalog.values():
            await transaction.change(Delete(entity, ALWAYS))


async def _outcome(
    catalog: Catalog, source: DataSource, steps: list[Change], ends: str
) -> list[object]:
    """What came of each step, what was there after it, and what is there at the end."""
    seen: list[object] = []
    try:
        async with source.begin() as transaction:
            for step in steps:
                seen += [await _made(transaction, step), await _rows(catalog, transaction)]
            _end(ends)
    except (StoreError, UndoneError) as error:
        seen.append(type(error))
    return [*seen, await _rows(catalog, source)]


def _end(ends: str) -> None:
    if ends == "badly":
        raise UndoneError


async def _made(transaction: Transaction, change: Change) -> Changed:
    """Keys of updated and deleted rows are in any order."""
    came = await transaction.change(change)
    return came if isinstance(change, Insert) else Changed(tuple(sorted(came.keys)), came.made)


async def _rows(catalog: Catalog, source: Readable) -> list[object]:
    reads = [
        Read(entity, entity.paths, order=tuple(Order((name,)) for name in entity.key))
        for entity in catalog.values()
    ]
    return [typed(list(answers[()].rows)) for answers in await source.read(reads)]
