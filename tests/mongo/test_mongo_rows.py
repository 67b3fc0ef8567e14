"""In charge of rows: which fields come back, in which order, how many, and with which joins."""

import datetime

import pytest
from mongo_models import LINE, STATION
from mongo_reads import BY_KEY, EVERY, KEY, NONE, SOME, answer_of, compare, rows_of

from catalog.query import IsNull, Join, Not, Order, Read, Related

HOUR = datetime.datetime(2013, 1, 1, 5, tzinfo=datetime.UTC)
TO_LINE, TO_READING = STATION.relations["line"], STATION.relations["reading"]
TO_STATIONS, TO_PARENT = LINE.relations["stations"], LINE.relations["parent"]

LINES = [
    {"_id": "N", "name": "North", "size": "l", "parent": "NE"},
    {"_id": "NE", "name": "East", "size": "s"},
    {"_id": "S", "name": None, "size": "m", "parent": "nowhere"},
]
STATIONS = [
    {"_id": 1, "name": "Ash", "line": "N", "opened": HOUR, "number": 2, "size": "m"},
    {"_id": 2, "name": "Elm", "line": "S", "opened": HOUR, "number": None, "size": "s"},
    {"_id": 3, "name": "Oak", "line": "NE", "number": 1, "size": "l", "spot": {"height": 7}},
    {"_id": 4, "name": "Fir", "line": "nowhere", "opened": HOUR, "spot": {"height": 3}},
    {"_id": 5, "line": None, "opened": HOUR, "number": 3, "spot": None},
    {"_id": 6},
]
READINGS = [
    {"station": "Ash", "at": HOUR, "value": 1.5},
    {"station": "Ash", "at": HOUR + datetime.timedelta(hours=1), "value": 9.0},
    {"station": "Elm", "at": HOUR + datetime.timedelta(hours=1), "value": 9.0},
    {"station": None, "at": HOUR, "value": 9.0},
    {"value": 9.0},
]


@pytest.fixture(scope="module", params=[True, False], ids=["indexed", "bare"])
def source(filled, request):
    """A source over those stations and lines: SecantusDB joins otherwise with indexes."""
    return filled(indexed=request.param, lines=LINES, stations=STATIONS, readings=READINGS)


async def keys(source, **options):
    """The stations' keys, in the order they come."""
    answer = await answer_of(source, Read(STATION, KEY, **options))
    return [row["key"] for row in answer.rows]


async def test_only_what_is_asked_comes_back(source):
    """By Python's names, null for missing; nothing asked is an empty record for each row."""
    (row,) = await rows_of(source, "name", "spot.height", filter=compare("key", "eq", 3))
    assert row == {"name": "Oak", "spot": {"height": 7}}
    assert (await rows_of(source, "spot.region"))[2:] == [
        {"spot": {"region": None}},
        {"spot": {"region": None}},
        {"spot": None},
        {"spot": None},
    ]
    assert await rows_of(source) == [{}] * 6


async def test_a_path_to_a_document_asks_for_all_of_it(source):
    """Also where a field inside it is asked for beside."""
    (row,) = await rows_of(source, "spot", "spot.height", filter=compare("key", "eq", 4))
    assert row == {"spot": {"height": 3, "region": None}}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order(("number",)), [3, 1, 5, 2, 4, 6]),
        (Order(("number",), descending=True), [5, 1, 3, 2, 4, 6]),
        (Order(("number",), nulls_first=True), [2, 4, 6, 3, 1, 5]),
        (Order(("number",), descending=True, nulls_first=True), [2, 4, 6, 5, 1, 3]),
        (Order(("spot", "height")), [4, 3, 1, 2, 5, 6]),
        (Order(("size",)), [2, 1, 3, 4, 5, 6]),
        (Order(("size",), descending=True, nulls_first=True), [4, 5, 6, 3, 1, 2]),
        (Order(("key",), descending=True), [6, 5, 4, 3, 2, 1]),
        (Order(("name",), (TO_LINE,)), [3, 1, 2, 4, 5, 6]),
        (Order(("name",), (TO_LINE,), descending=True), [1, 3, 2, 4, 5, 6]),
        (Order(("name",), (TO_LINE,), nulls_first=True), [2, 4, 5, 6, 3, 1]),
        (Order(("size",), (TO_LINE,)), [3, 2, 1, 4, 5, 6]),
        (Order(("name",), (TO_LINE, TO_PARENT)), [1, 2, 3, 4, 5, 6]),
        (Order(("value",), (TO_READING,), nulls_first=True), [2, 3, 4, 5, 6, 1]),
    ],
)
async def test_orders(source, order, expected):
    """Nulls stand where the order says, members as declared, and what relations lead to."""
    assert await keys(source, order=(order, *BY_KEY)) == expected


async def test_the_same_field_twice_is_sorted_by_its_first_term(source):
    """A later term on it has nothing left to decide."""
    order = (Order(("key",)), Order(("key",), descending=True))
    assert await keys(source, order=order) == [1, 2, 3, 4, 5, 6]


async def test_pages(source):
    """Offset and limit after the order; ``after`` bounds the rows, but not the total."""
    assert await keys(source, order=BY_KEY, offset=1, limit=2) == [2, 3]
    assert await keys(source, order=BY_KEY, offset=9) == []
    read = Read(
        STATION,
        KEY,
        filter=Not(IsNull(("line_code",))),
        after=compare("key", "gt", 2),
        order=BY_KEY,
        limit=1,
        total=True,
    )
    answer = await answer_of(source, read)
    assert (list(answer.rows), answer.total) == ([{"key": 3}], 4)


async def test_only_a_total(source, commands):
    """No rows are read for it; nor is the store asked if neither is wanted."""
    answer = await answer_of(source, Read(STATION, KEY, limit=0, total=True))
    assert (list(answer.rows), answer.total) == ([], 6)
    nothing = await answer_of(
        source, Read(STATION, KEY, filter=compare("key", "gt", 9), total=True)
    )
    assert (list(nothing.rows), nothing.total) == ([], 0)
    assert commands.sent == ["aggregate", "aggregate"]
    assert (await answer_of(source, Read(STATION, KEY, limit=0))).rows == []
    assert commands.sent == ["aggregate", "aggregate"]


async def test_joins(source):
    """Null where no row is found, or by a null; also by two fields, and on through a join."""
    joins = (
        Join(TO_LINE, (("name",),), (Join(TO_PARENT, (("code",), ("size",))),)),
        Join(TO_READING, (("value",),)),
    )
    assert await rows_of(source, "name", joins=joins) == [
        {
            "name": "Ash",
            "line": {"name": "North", "parent": {"code": "NE", "size": "SMALL"}},
            "reading": {"value": 1.5},
        },
        {"name": "Elm", "line": {"name": None, "parent": None}, "reading": None},
        {"name": "Oak", "line": {"name": "East", "parent": None}, "reading": None},
        {"name": "Fir", "line": None, "reading": None},
        {"name": None, "line": None, "reading": None},
        {"name": None, "line": None, "reading": None},
    ]


async def test_filters_across_relations(source):
    """To one and to many, all quantifiers, nested, and below logic."""
    north = Related(TO_LINE, SOME, compare("name", "eq", "North"))
    assert await keys(source, order=BY_KEY, filter=north) == [1]
    assert await keys(source, order=BY_KEY, filter=Not(north)) == [2, 3, 4, 5, 6]
    eastern = Related(TO_LINE, SOME, Related(TO_PARENT, SOME, compare("name", "eq", "East")))
    assert await keys(source, order=BY_KEY, filter=eastern) == [1]
    large = Related(TO_STATIONS, EVERY, compare("size", "eq", "LARGE"))
    assert await lines(source, large) == ["NE"]
    assert await lines(source, Related(TO_STATIONS, NONE, compare("number", "gt", 1))) == [
        "NE",
        "S",
    ]
    stationless = Related(LINE.relations["children"], NONE, compare("code", "ne", ""))
    assert await lines(source, stationless) == ["N", "S"]


async def lines(source, filter):
    """The codes of the lines for which the filter holds."""
    order = (Order(("code",)),)
    answer = await answer_of(source, Read(LINE, (("code",),), filter=filter, order=order))
    return [row["code"] for row in answer.rows]
