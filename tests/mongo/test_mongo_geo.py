"""In charge of points as they are stored: GeoJSON, and what else may stand where one should be."""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from catalog import GeoPoint, Index, catalog_of
from catalog.errors import StoredValueError
from catalog.gauges import Distance
from catalog.geo import Box, Polygon, Ring
from catalog.query import And, Compare, Elements, Not, Operator, Order, Quantifier, Read
from datasources.mongo import MongoSource
from datasources.mongo.load import load_collections


class Stage(BaseModel):
    at: GeoPoint | None = None
    names: list[str] | None = None


class Tour(BaseModel):
    __collection__ = "tours"
    __indexes__: ClassVar = (Index("start"), Index("stages.at", "name"))

    id: int
    name: str | None = None
    start: GeoPoint | None = None
    stages: list[Stage] | None = None


CATALOG = catalog_of([Tour])
TOUR = CATALOG["Tour"]
PARIS = {"type": "Point", "coordinates": [2.35, 48.86]}
NEAR = Ring(GeoPoint(48.9, 2.4), 20_000)
ODD: list[Any] = [
    {"type": "Point", "coordinates": [2.35]},
    {"type": "Point", "coordinates": [2.35, "48"]},
    {"type": "Point", "coordinates": 7},
    {"type": "Point", "coordinates": [200, 48]},
    {"type": "LineString", "coordinates": [[2.35, 48.86], [3, 49]]},
    {"type": "Point"},
    {"latitude": 48.86, "longitude": 2.35},
    [2.35, 48.86],
    "48.86, 2.35",
]


@pytest.fixture
def source_of(raw, client):
    """Makes a source over tours that start there."""

    def made(name: str, starts: list[Any]) -> MongoSource:
        documents = [{"_id": at, "start": start} for at, start in enumerate(starts)]
        raw[name]["tours"].insert_many(documents)
        return MongoSource(client[name], CATALOG)

    return made


async def _rows(source, *fields, **options):
    read = Read(TOUR, tuple((name,) for name in ("id", *fields)), **options)
    (answers,) = await source.read([read])
    return answers[()].rows


async def test_a_point_comes_as_its_degrees(source_of):
    """Whole numbers too, and with a height above the ground that is not told."""
    whole = {"type": "Point", "coordinates": [2, 48, 35.5]}
    first, second, third = await _rows(source_of("points", [PARIS, whole, None]), "start")
    assert first["start"] == GeoPoint(48.86, 2.35)
    assert second["start"] == GeoPoint(48.0, 2.0)
    assert third["start"] is None


@pytest.mark.parametrize("stored", ODD, ids=str)
async def test_what_is_no_point_fails_alone(source_of, stored):
    """It is told as wrong, and no order or condition by distance fails for it."""
    source = source_of(f"odd{ODD.index(stored)}", [stored, PARIS])
    order = (Order(("start",), by=Distance(GeoPoint(0, 0))), Order(("id",)))
    rows = await _rows(source, "start", order=order)
    wrong = next(row for row in rows if row["id"] == 0)
    assert isinstance(wrong["start"], StoredValueError)
    assert "which is no GeoPoint" in str(wrong["start"])
    further = Compare(("start",), Operator.FOLLOWS, GeoPoint(1, 1), Distance(GeoPoint(0, 0)))
    assert {"id": 1} in await _rows(source, filter=further)


@pytest.mark.parametrize(
    "region",
    [NEAR, Box(48, 2, 49, 3), Polygon((GeoPoint(48, 2), GeoPoint(48, 3), GeoPoint(50, 2.5)))],
    ids=str,
)
async def test_an_element_is_found_by_query_and_by_expression(raw, client, region):
    """The latter where something else is asked of all of its names."""
    name = f"stages{hash(region)}"
    stages = [{"at": PARIS, "names": ["a", "b"]}, {"at": None, "names": []}, {"names": ["c"]}]
    raw[name]["tours"].insert_many([{"_id": 1, "stages": stages}, {"_id": 2, "stages": [{}]}])
    source = MongoSource(client[name], CATALOG)
    inside = Compare(("at",), Operator.WITHIN, region)
    named = Elements(("names",), Quantifier.EVERY, Not(Compare((), Operator.EQ, "z")))
    for filter in (inside, And((inside, named))):
        some = Elements(("stages",), Quantifier.SOME, filter)
        assert await _rows(source, filter=some) == [{"id": 1}]
        none = Elements(("stages",), Quantifier.NONE, filter)
        assert await _rows(source, filter=none) == [{"id": 2}]


async def test_an_index_of_a_point_is_one_of_the_sphere(server, raw):
    """Alone, or with other fields; below lists as well. It may be there already."""
    url = server.url("toured")
    for _ in range(2):
        await load_collections(CATALOG.of(TOUR.store), {}, url, print, migrates=False)
    indexes = raw["toured"]["tours"].index_information()
    keys = [index["key"] for index in indexes.values()]
    assert [("start", "2dsphere")] in keys
    assert [("stages.at", "2dsphere"), ("name", 1)] in keys
