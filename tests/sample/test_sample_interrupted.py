"""A load that ends half-way is completed by the next; what is not the sample's is left alone."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from pymongo import AsyncMongoClient
from sample_stores import FEW, Stores, few, load_few, quiet

from catalog import Catalog
from datasources.load import LoadError, load

pytestmark = pytest.mark.slow


class EndedError(Exception):
    """Stands for whatever may end a load."""


@pytest.mark.parametrize("name", FEW)
async def test_a_failed_load_is_completed(catalog: Catalog, stores: Stores, name: str) -> None:
    """Failing at the first report of any entity; no row is lost or there twice."""

    def fail(entity: str, done: int, total: int) -> None:
        if entity == name:
            raise EndedError

    with pytest.raises(EndedError):
        await load_few(catalog, stores, fail)
    assert await load_few(catalog, stores) is True
    assert await stores.counts() == FEW
    assert await load_few(catalog, stores) is False


@pytest.mark.parametrize("name", ["Flight", "Weather"])
async def test_a_cancelled_load_is_completed(catalog: Catalog, stores: Stores, name: str) -> None:
    """Cancelled half-way through a table or a collection, as by Ctrl-C."""
    reached = asyncio.Event()

    def watch(entity: str, done: int, total: int) -> None:
        if entity == name and done < total:
            reached.set()

    loading = asyncio.create_task(load_few(catalog, stores, watch))
    await reached.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert await load_few(catalog, stores) is True
    assert await stores.counts() == FEW


async def test_what_users_changed_stays(catalog: Catalog, stores: Stores) -> None:
    """The next start repairs nothing that is complete."""
    await load_few(catalog, stores)
    await stores.sql("UPDATE flight SET dep_delay = 7 WHERE id = 1")
    await stores.sql("DELETE FROM flight WHERE id = 2")
    assert await load_few(catalog, stores) is False
    assert await stores.sql("SELECT id, dep_delay FROM flight WHERE id <= 2") == [(1, 7)]


async def test_a_dropped_table_is_loaded_again(catalog: Catalog, stores: Stores) -> None:
    """And only that."""
    await load_few(catalog, stores)
    await stores.sql("DROP TABLE plane")
    await stores.mongo_command({"drop": "airports"})
    loaded: set[str] = set()
    assert await load_few(catalog, stores, lambda name, *_: loaded.add(name)) is True
    assert loaded == {"Plane", "Airport"}
    assert await stores.counts() == FEW


async def test_a_table_with_other_rows_is_refused(catalog: Catalog, stores: Stores) -> None:
    """Nothing is added to it, and nothing removed."""
    await stores.sql("CREATE TABLE airline (carrier varchar PRIMARY KEY, name varchar)")
    await stores.sql("INSERT INTO airline VALUES ('XX', 'Mine')")
    with pytest.raises(LoadError, match=r"airline holds rows that are not the sample's. .*drop"):
        await load_few(catalog, stores)
    assert await stores.sql("SELECT * FROM airline") == [("XX", "Mine")]


async def test_a_collection_with_other_documents_is_refused(
    catalog: Catalog, stores: Stores
) -> None:
    """The same for MongoDB."""
    async with AsyncMongoClient(stores.mongo) as client:
        await client.get_default_database()["airports"].insert_one({"_id": "mine"})
    with pytest.raises(LoadError, match="airports holds rows that are not the sample's"):
        await load_few(catalog, stores)
    assert await stores.find("airports") == [{"_id": "mine"}]


@pytest.mark.parametrize("name", ["Plane", "Weather"])
async def test_another_sample_is_refused(catalog: Catalog, stores: Stores, name: str) -> None:
    """Rows of another size or shape are not mixed with those loaded before."""
    await load_few(catalog, stores)
    tables = [
        dataclasses.replace(table, count=5) if table.model.__name__ == name else table
        for table in few()
    ]
    urls = {"postgres_url": stores.postgres, "mongo_url": stores.mongo}
    with pytest.raises(LoadError, match=f"{name} cannot be loaded: .* was another one"):
        await load(catalog, tables, progress=quiet, **urls)


async def test_stores_that_do_not_answer(catalog: Catalog) -> None:
    """One line, which names the store and no address."""
    nowhere = "127.0.0.1:1"
    postgres = Stores(f"postgresql://app:secret@{nowhere}/app", "")
    with pytest.raises(
        LoadError, match=r"^What models say cannot be made in Postgres: .*refused\.$"
    ):
        await load_few(catalog, postgres)
    mongo = Stores("", f"mongodb://{nowhere}/app?serverSelectionTimeoutMS=50")
    with pytest.raises(LoadError, match=r"made in MongoDB: no connection\.$"):
        await load_few(catalog, mongo)


async def test_two_servers_start_at_once(catalog: Catalog, stores: Stores) -> None:
    """The second waits for the first in Postgres, and loads nothing again."""
    postgres = Stores(stores.postgres, "")
    both = await asyncio.gather(load_few(catalog, postgres), load_few(catalog, postgres))
    assert sorted(both) == [False, True]
