"""A small part of the sample, loaded into real servers: what is there afterwards."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from sample_stores import FEW, Stores, load_few, quiet

from catalog import Catalog, Store
from catalog.entity import View
from datasources.load import LoadError, SampleTable, load
from models.day import Day


async def test_a_view_has_no_rows_of_its_own(catalog: Catalog, stores: Stores) -> None:
    """A sample that brings some is refused."""
    rows = SampleTable(Day, 0, lambda: iter(()))
    urls = {"postgres_url": stores.postgres, "mongo_url": None}
    with pytest.raises(LoadError, match="Day cannot be loaded: it is a view"):
        await load(catalog, [rows], progress=quiet, **urls)


async def test_load_says_whether_it_loaded(catalog: Catalog, stores: Stores) -> None:
    """The first call loads all rows, the second finds nothing to do."""
    assert await load_few(catalog, stores) is True
    assert await stores.counts() == FEW
    assert await load_few(catalog, stores) is False
    assert await stores.counts() == FEW


async def test_progress_ends_once_for_each_entity(catalog: Catalog, stores: Stores) -> None:
    """It only grows, and reaches the total in exactly one report."""
    reports: list[tuple[str, int, int]] = []
    await load_few(catalog, stores, lambda *report: reports.append(report))
    for name, count in FEW.items():
        done = [done for reported, done, _ in reports if reported == name]
        assert done == sorted(set(done))
        assert done[-1] == count
    assert {(name, total) for name, _, total in reports} == set(FEW.items())


async def test_missing_is_null_in_postgres(catalog: Catalog, stores: Stores) -> None:
    """A cancelled flight, number 839, has neither times nor delays."""
    await load_few(catalog, stores)
    query = "SELECT dep_time, dep_delay, arr_time, arr_delay, air_time, distance FROM flight"
    assert await stores.sql(f"{query} WHERE id = 839") == [(None, None, None, None, None, 416)]


async def test_missing_is_absent_in_mongo(catalog: Catalog, stores: Stores) -> None:
    """No key stands for a value that nobody measured."""
    await load_few(catalog, stores)
    [observation] = await stores.find("weather", _id="EWR|2013-01-01T06:00Z")
    assert observation["wind"] == {"direction": 270, "speed": 10.357019999999999}
    [airport] = await stores.find("airports", _id="19A")
    assert airport.keys() == {"_id", "name", "location", "timezone"}
    assert airport["timezone"] == {"name": "America/New_York", "utc_offset": -5.0, "dst": "U"}


async def test_a_view_is_made_and_never_a_table(catalog: Catalog, stores: Stores) -> None:
    """Once; its rows are those of the flights that are there."""
    await load_few(catalog, stores)
    await load_few(catalog, stores)
    assert await stores.sql("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == [
        ("day",)
    ]
    [(flights,)] = await stores.sql("SELECT sum(scheduled)::int FROM day")
    assert flights == FEW["Flight"]


async def test_a_changed_view_is_made_anew(catalog: Catalog, stores: Stores) -> None:
    """It was made here, so it is not somebody else's."""
    await load_few(catalog, stores)
    day = dataclasses.replace(catalog["Day"], view=View(sql="SELECT DATE '2013-01-01' AS date"))
    others = [entity for entity in catalog.values() if entity.name != "Day"]
    await load_few(Catalog([*others, day], catalog.interfaces), stores)
    assert await stores.sql("SELECT * FROM day") == [(datetime.date(2013, 1, 1),)]


async def test_moments_are_the_same_in_both_stores(catalog: Catalog, stores: Stores) -> None:
    """So that a flight finds its weather."""
    await load_few(catalog, stores)
    [(hour,)] = await stores.sql("SELECT time_hour FROM flight WHERE id = 1")
    assert hour == datetime.datetime(2013, 1, 1, 10, tzinfo=datetime.UTC)
    [observation] = await stores.find("weather", origin="EWR", time_hour=hour)
    assert observation["_id"] == "EWR|2013-01-01T10:00Z"


async def test_the_next_flight_gets_the_next_id(catalog: Catalog, stores: Stores) -> None:
    """The sequence stands past the loaded ids."""
    await load_few(catalog, stores)
    sequence = "pg_get_serial_sequence('flight', 'id')"
    assert await stores.sql(f"SELECT nextval({sequence})") == [(FEW["Flight"] + 1,)]


async def test_entities_without_rows_can_be_written(catalog: Catalog, stores: Stores) -> None:
    """Watches keep their foreign key and unique key, notes have a collection."""
    await load_few(catalog, stores)
    watch = "INSERT INTO watch (flight_id, subject) VALUES (1, 'ada') RETURNING id, created_at"
    [(key, created_at)] = await stores.sql(watch)
    assert key == 1
    assert created_at.utcoffset() == datetime.timedelta(0)
    constraints = "SELECT contype FROM pg_constraint WHERE conrelid = 'watch'::regclass"
    assert {"f", "u", "p"} <= {kind for (kind,) in await stores.sql(constraints)}
    assert await stores.find("notes") == []


async def test_every_declared_index_exists(catalog: Catalog, stores: Stores) -> None:
    """In both stores; unique where the model says so."""
    await load_few(catalog, stores)
    indexed = await stores.sql("SELECT indexname, indexdef FROM pg_indexes")
    names = dict(indexed)
    for entity in catalog.of(Store.POSTGRES):
        assert {index.name for index in entity.model.__table__.indexes} <= names.keys()
    assert "dep_delay DESC NULLS LAST" in names["ix_flight_dep_delay"]
    answer = await stores.mongo_command({"listIndexes": "weather"})
    indexes = {index["name"]: index for index in answer["cursor"]["firstBatch"]}
    assert indexes.keys() == {"_id_", "time_hour_1_origin_1", "origin_1"}
    assert indexes["time_hour_1_origin_1"]["unique"]


async def test_flights_are_counted_from_an_index_alone(catalog: Catalog, stores: Stores) -> None:
    """All pages with rows are known to be visible to everybody, without a vacuum."""
    await load_few(catalog, stores)
    # COPY leaves a few pages at the end for later.
    query = "SELECT relallvisible > 0.8 * relpages FROM pg_class WHERE relname = 'flight'"
    assert await stores.sql(query) == [(True,)]


async def test_a_lost_index_is_made_again(catalog: Catalog, stores: Stores) -> None:
    """As one that a model declares only now."""
    await load_few(catalog, stores)
    await stores.sql("DROP INDEX ix_flight_dest")
    assert await load_few(catalog, stores) is False
    assert await stores.sql("SELECT to_regclass('ix_flight_dest') IS NOT NULL") == [(True,)]


async def test_models_without_a_sample(catalog: Catalog, stores: Stores) -> None:
    """They get their empty tables and collections, which is no load."""
    urls = {"postgres_url": stores.postgres, "mongo_url": stores.mongo}
    assert await load(catalog, (), progress=quiet, **urls) is False
    assert await stores.counts() == dict.fromkeys(FEW, 0)
    assert await load_few(catalog, stores) is True
    assert await stores.counts() == FEW


async def test_a_store_without_url_is_left_alone(catalog: Catalog, stores: Stores) -> None:
    """Only the other one is loaded."""
    assert await load_few(catalog, Stores(stores.postgres, "")) is True
    assert await stores.find("airports") == []
