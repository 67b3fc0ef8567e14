"""In charge of routines of MongoDB: stages with arguments, which stay values whatever they hold."""

import datetime
import decimal

import pytest
from mongo_models import Line, Reading, Size, Station
from mongo_reads import compare

from catalog import ObjectId, catalog_of, routine
from catalog.query import Order, Read
from catalog.routine import Call
from catalog.summary import Function, GroupKey, Measure, Summary
from catalog.types import Scalar
from datasources.errors import ArgumentInvalid
from datasources.mongo import MongoSource
from datasources.mongo.pipelines import command_of

STATIONS = [
    {"_id": 1, "name": "$name", "line": "A", "number": 1, "size": "s"},
    {"_id": 2, "name": "Oak", "line": "A", "number": 5, "size": "l"},
    {"_id": 3, "name": "Elm", "line": "B", "number": 9},
]


@routine(list[Station])
def named(name: str) -> object:
    """In a query."""
    return Station, [{"$match": {"name": name}}]


@routine(list[Station])
def alike(name: str, sizes: list[Size]) -> object:
    """In an expression, and in a list of a query."""
    same = {"$eq": ["$name", name]}
    return "stations", [{"$match": {"$or": [{"$expr": same}, {"size": {"$in": sizes}}]}}]


@routine(list[Station])
def shifted(by: int, most: int = 10) -> object:
    """As a number: for a field, where 1 would else mean to keep it, and for a stage."""
    moved = {"$add": ["$number", by]}
    return Station, [
        {"$sort": {"_id": 1}},
        {"$limit": most},
        {"$project": {"number": moved, "name": 1, "line": {"$literal": "B"}, "ratio": by}},
    ]


@routine(list[Line])
def lines_with(least: int) -> object:
    """Made of another collection's documents, with stages inside stages."""
    far = {
        "$match": {"$expr": {"$and": [{"$eq": ["$line", "$$code"]}, {"$gte": ["$number", least]}]}}
    }
    return Station, [
        {"$group": {"_id": "$line"}},
        {"$lookup": {"from": "stations", "let": {"code": "$_id"}, "pipeline": [far], "as": "far"}},
        {"$match": {"far": {"$ne": []}}},
    ]


@routine(int)
def highest(line: str) -> object:
    """A value: that of the first document."""
    return Station, [
        {"$match": {"line": line}},
        {"$group": {"_id": None, "value": {"$max": "$number"}}},
    ]


@routine(list[Station])
def dated(
    at: datetime.datetime | None, ref: ObjectId | None, price: decimal.Decimal | None
) -> object:
    """Types of which MongoDB does not hold every value."""
    return Station, [{"$match": {"$or": [{"opened": at}, {"ref": ref}, {"price": price}]}}]


CATALOG = catalog_of([Station, Line, Reading, named, alike, shifted, lines_with, highest, dated])
ROUTINES = {each.name: each for each in CATALOG.routines}
STATION = CATALOG["Station"]


@pytest.fixture(scope="module")
def source(raw, client) -> MongoSource:
    """A few stations."""
    raw["routines"]["stations"].insert_many(STATIONS)
    return MongoSource(client["routines"], CATALOG)


def _read(name, *values, **options):
    entity = ROUTINES[name].entity
    options = {"fields": (entity.key,), "order": (Order(entity.key),)} | options
    return Read(entity, call=Call(ROUTINES[name], values), **options)


async def _rows(source, name, *values, **options):
    (answers,) = await source.read([_read(name, *values, **options)])
    return answers[()].rows


async def test_a_text_that_looks_like_a_path_is_a_text(source):
    """In queries and in expressions."""
    assert await _rows(source, "named", "$name") == [{"key": 1}]
    assert await _rows(source, "named", "$$ROOT") == []
    assert await _rows(source, "alike", "$name", ()) == [{"key": 1}]
    assert await _rows(source, "alike", "Elm", ("LARGE",)) == [{"key": 2}, {"key": 3}]


async def test_a_number_is_a_number(source):
    """Where a document would take it for a wish to keep a field, and where a stage takes one."""
    fields = (("key",), ("number",), ("ratio",))
    rows = await _rows(source, "shifted", 1, 2, fields=fields)
    assert rows == [{"key": 1, "number": 2, "ratio": 1.0}, {"key": 2, "number": 6, "ratio": 1.0}]


async def test_rows_are_made_of_another_collection(source):
    """They are of the entity that the routine gives."""
    assert await _rows(source, "lines_with", 6) == [{"code": "B"}]


async def test_its_rows_are_read_like_a_collections(source):
    """Filtered, ordered, paged, counted, summed up and grouped, in one command."""
    call = Call(ROUTINES["shifted"], (10, 10))
    listed = _read(
        "shifted",
        *(10, 10),
        filter=compare("number", "gt", 11),
        order=(Order(("number",), descending=True),),
        limit=1,
        total=True,
    )
    line = GroupKey(("line_code",), Scalar.STRING)
    counted = Summary(STATION, (line,), (Measure(Function.COUNT),), call=call)
    rows, groups = await source.read([listed, counted])
    assert (rows[()].rows, rows[()].total) == ([{"key": 3}], 2)
    assert groups[()].rows == [{"line_code": "B", "count()": 3}]


async def test_a_value_is_that_of_the_first_document(source):
    """Without a document there is no row, which is null."""
    assert await _rows(source, "highest", "A") == [{"value": 5}]
    assert await _rows(source, "highest", "?") == []


@pytest.mark.parametrize(
    "values",
    [
        (datetime.datetime(2013, 1, 1, microsecond=5, tzinfo=datetime.UTC), None, None),
        (None, "no id", None),
        (None, None, decimal.Decimal("1." + "1" * 40)),
    ],
)
def test_a_value_that_mongodb_cannot_hold_is_refused(values):
    """Since it is not only compared with, it cannot mean that nothing is found."""
    with pytest.raises(ArgumentInvalid, match="MongoDB has no such value"):
        command_of(CATALOG, [_read("dated", *values)])
