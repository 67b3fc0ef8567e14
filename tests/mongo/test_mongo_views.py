"""In charge of views: documents that a pipeline makes, read like those of a collection."""

from typing import ClassVar

import pytest
from mongo_reads import SOME, compare
from pydantic import BaseModel, Field

from catalog import Link, catalog_of
from catalog.query import Batch, Join, Order, Read, Related
from catalog.summary import Function, Measure, Summary
from datasources.mongo import MongoSource

TRIPS = [
    {"_id": 1, "origin": "EWR", "miles": 200},
    {"_id": 2, "origin": "EWR", "miles": 300},
    {"_id": 3, "origin": "JFK", "miles": 50},
    {"_id": 4, "miles": 7},
    {"_id": 5, "origin": None, "miles": 1},
]


class Trip(BaseModel):
    """What the view is made of."""

    __collection__ = "trips"
    __links__: ClassVar = (Link("hub", to="Hub", on={"origin": "code"}),)

    id: int
    origin: str | None = None
    miles: int


class Hub(BaseModel):
    """A place that trips start from."""

    __collection__ = "hubs"
    __view__ = (Trip, [{"$group": {"_id": "$origin", "far": {"$sum": "$miles"}}}])

    code: str = Field(alias="_id")  # type: ignore[call-overload]
    far: int


CATALOG = catalog_of([Trip, Hub])
HUB, TRIP = CATALOG["Hub"], CATALOG["Trip"]
BY_CODE = (Order(("code",)),)


@pytest.fixture(scope="module")
def source(raw, client) -> MongoSource:
    """Trips in a database in which there is no view."""
    raw["trips_only"]["trips"].insert_many(TRIPS)
    return MongoSource(client["trips_only"], CATALOG)


async def test_its_documents_are_made_for_each_read(source):
    """Filtered, ordered, counted and summed up; nothing was made in the database before."""
    far = compare("far", "gt", 10)
    read = Read(HUB, (("code",), ("far",)), filter=far, order=BY_CODE, limit=1, total=True)
    total = Summary(HUB, measures=(Measure(Function.SUM, ("far",)),), filter=far)
    rows, sums = await source.read([read, total])
    assert (rows[()].rows, rows[()].total) == ([{"code": "EWR", "far": 500}], 2)
    assert sums[()].rows == [{"sum(far)": 550}]


async def test_it_is_read_by_keys(source):
    """Also where a key has no document, beside a read of another collection."""
    batch = Batch(("code",), (("EWR",), ("LGA",), ("JFK",)))
    read = Read(HUB, (("far",),), order=BY_CODE, batch=batch, total=True)
    found, trips = await source.read([read, Read(TRIP, (("id",),), order=(Order(("id",)),))])
    assert {key: (answer.rows, answer.total) for key, answer in found.items()} == {
        ("EWR",): ([{"far": 500}], 1),
        ("LGA",): ([], 0),
        ("JFK",): ([{"far": 50}], 1),
    }
    assert len(trips[()].rows) == len(TRIPS)


async def test_relations_lead_into_it(source):
    """Joined, filtered and ordered through; a trip from nowhere has no hub."""
    hub = TRIP.relations["hub"]
    by_far = (Order(("far",), (hub,), descending=True), Order(("id",)))
    read = Read(TRIP, (("id",),), (Join(hub, (("far",),)),), order=by_far)
    (answers,) = await source.read([read])
    assert [(row["id"], row["hub"] and row["hub"]["far"]) for row in answers[()].rows] == [
        (1, 500),
        (2, 500),
        (3, 50),
        (4, None),
        (5, None),
    ]
    far = Related(hub, SOME, compare("far", "gt", 100))
    (answers,) = await source.read([Read(TRIP, (("id",),), filter=far, order=(Order(("id",)),))])
    assert answers[()].rows == [{"id": 1}, {"id": 2}]
