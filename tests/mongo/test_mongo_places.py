"""Places at MongoDB: for reads and for transactions, and what its driver says of its own queue."""

import mongo_dock
import pytest
from mongo_dock import SHIP
from mongo_models import STATION
from pymongo.errors import WaitQueueTimeoutError

from catalog.query import Read
from datasources.errors import StoreBusy
from datasources.mongo import MongoSource
from datasources.mongo.client import client_of
from datasources.mongo.errors import store_error
from datasources.places import Queueing

NAMES = Read(STATION, (("name",),))
SHIPS = Read(SHIP, (("name",),))


def hasty(source: MongoSource, catalog: object) -> MongoSource:
    """The same with one place, for which nobody waits."""
    return MongoSource(source._database, catalog, pool_size=1, queueing=Queueing(0, 0.01))


async def test_reads_beyond_the_places_are_told(filled):
    """And a place is free again, however what had it ended."""
    source = hasty(filled(stations=[{"_id": 1}]), mongo_dock.CATALOG)
    await source._places.take()
    with pytest.raises(StoreBusy, match="MongoDB"):
        await source.read([NAMES])
    source._places.leave()
    assert len((await source.read([NAMES]))[0][()].rows) == 1


async def test_a_transaction_has_a_place_from_its_first_use_to_its_end(docks):
    """Others are told meanwhile; one that asks nothing has none."""
    source = hasty(docks, mongo_dock.CATALOG)
    async with source.begin() as transaction:
        assert source._places.free == 1
        assert await transaction.read([SHIPS])
        assert await transaction.read([SHIPS])
        for _ in range(2):
            with pytest.raises(StoreBusy):
                await source.read([SHIPS])

        async def another() -> None:
            async with source.begin() as second:
                await second.read([SHIPS])

        with pytest.raises(StoreBusy):
            await another()
    assert source._places.free == 1
    assert await source.read([SHIPS])


def test_what_waits_within_the_driver_is_told_alike():
    """As where a URL says that there are fewer connections."""
    assert isinstance(store_error(WaitQueueTimeoutError("60 s")), StoreBusy)


async def test_what_a_url_says_counts_more(driver):
    """Than the setting."""
    for url, expected in (("mongodb://h/d", 7), ("mongodb://h/d?maxpoolsize=3", 3)):
        client = client_of(url, driver, maxPoolSize=7, connect=False)
        assert client.options.pool_options.max_pool_size == expected
