"""In charge of values on their way in and out: BSON's types and Python's, and what does not fit."""

import datetime
import decimal
import uuid

import pytest
from bson import Binary, Code, Decimal128, Int64, MaxKey, ObjectId, Regex
from bson.datetime_ms import DatetimeMS
from mongo_models import STATION
from mongo_reads import compare, rows_of

from catalog.errors import StoredValueError
from catalog.types import Scalar
from datasources.mongo.decoding import SCALARS
from datasources.mongo.values import NOTHING, encoded

UTC = datetime.UTC
MOMENT = datetime.datetime(2013, 1, 1, 5, 0, 0, 250_000, tzinfo=UTC)
TOKEN = uuid.UUID("12345678-1234-5678-1234-567812345678")
ID = "507f1f77bcf86cd799439011"

HELD = [
    ("number", 5, 5),
    ("number", 5.0, 5),
    ("number", Int64(5), 5),
    ("number", Decimal128("5.0"), 5),
    ("big", Int64(2**63 - 1), 2**63 - 1),
    ("ratio", 2, 2.0),
    ("ratio", Decimal128("0.5"), 0.5),
    ("price", Decimal128("12.50"), decimal.Decimal("12.50")),
    ("price", 0.25, decimal.Decimal("0.25")),
    ("price", 3, decimal.Decimal(3)),
    ("name", "é", "é"),
    ("flag", False, False),
    ("day", datetime.datetime(2013, 1, 1, tzinfo=UTC), datetime.date(2013, 1, 1)),
    ("clock", "05:00:00.250000", datetime.time(5, 0, 0, 250_000)),
    ("clock", "05:00", datetime.time(5)),
    ("opened", MOMENT, MOMENT),
    ("token", TOKEN, TOKEN),
    ("blob", b"\x00\xff", b"\x00\xff"),
    ("blob", Binary(b"x", 5), b"x"),
    ("size", "l", "LARGE"),
    ("ref", ObjectId(ID), ID),
    ("marks", ["a", None], ["a", None]),
    ("spot", {"reg": "N", "unknown": 1}, {"height": None, "region": "N"}),
    ("tracks", [{"no": 1.0}], [{"number": 1, "gauges": None, "spot": None}]),
]


@pytest.mark.parametrize(("field", "stored", "value"), HELD)
async def test_what_is_stored_comes_back_in_its_python_type(filled, field, stored, value):
    """Any BSON number will do where it means the number that the model declares."""
    source = filled(stations=[{"_id": 1, field: stored}])
    (row,) = await rows_of(source, field)
    assert row == {field: value}
    assert type(row[field]) is type(value)


async def test_json_is_whatever_json_can_say(filled):
    """Types that JSON lacks become text."""
    held = {
        "id": ObjectId(ID),
        "at": MOMENT,
        "list": [1, 2.5, None, True, {"$a.b": Int64(7)}],
        "price": Decimal128("1.50"),
        "nothing": Decimal128("NaN"),
        "most": float("inf"),
        "token": TOKEN,
        "blob": b"\xff",
    }
    (row,) = await rows_of(filled(stations=[{"_id": 1, "extra": held}]), "extra")
    assert row["extra"] == {
        "id": ID,
        "at": "2013-01-01T05:00:00.250000+00:00",
        "list": [1, 2.5, None, True, {"$a.b": 7}],
        "price": "1.50",
        "nothing": "NaN",
        "most": float("inf"),  # null in an answer
        "token": str(TOKEN),
        "blob": "/w==",
    }


WRONG = [
    ("number", "5", "str", "Int"),
    ("number", 5.5, "float", "Int"),
    ("number", True, "bool", "Int"),
    ("number", float("inf"), "float", "Int"),
    ("big", Decimal128("NaN"), "Decimal128", "BigInt"),
    ("ratio", "1.0", "str", "Float"),
    ("price", "1.0", "str", "Decimal"),
    ("price", 0.1, "float", "Decimal"),  # near, but not equal to 0.1
    ("ratio", Decimal128("0.1"), "Decimal128", "Float"),
    ("ratio", Int64(2**53 + 1), "Int64", "Float"),
    ("name", 5, "int", "String"),
    ("name", Regex("a"), "Regex", "String"),
    ("flag", 1, "int", "Boolean"),
    ("day", MOMENT, "datetime", "Date"),
    ("day", "2013-01-01", "str", "Date"),
    ("clock", "noon", "str", "Time"),
    ("opened", "2013-01-01T05:00:00Z", "str", "DateTime"),
    ("token", str(TOKEN), "str", "UUID"),
    ("blob", "text", "str", "Base64"),
    ("size", "xl", "str", "Size"),
    ("size", ["s"], "list", "Size"),
    ("ref", ID, "str", "ID"),
    ("extra", {"a": MaxKey()}, "dict", "JSON"),
    ("extra", Code("f()"), "Code", "JSON"),
    ("name", Code("f()"), "Code", "String"),
    ("marks", "a", "str", "list"),
]


@pytest.mark.parametrize(("field", "stored", "found", "expected"), WRONG)
async def test_a_value_of_the_wrong_type_fails_alone(filled, field, stored, found, expected):
    """An error stands in its place, and names field and types but not the value."""
    source = filled(stations=[{"_id": 1, field: stored}, {"_id": 2}])
    wrong, right = await rows_of(source, "key", field)
    assert wrong["key"] == 1
    assert isinstance(wrong[field], StoredValueError)
    assert str(wrong[field]) == f"Station.{field} holds {found}, which is no {expected}."
    assert right == {"key": 2, field: None}


async def test_wrong_values_within_lists_and_documents_fail_alone(filled):
    """Their neighbours stay."""
    station = {"_id": 1, "counts": [1, "two", 3], "spot": {"height": "low", "reg": "N"}}
    (row,) = await rows_of(filled(stations=[station]), "counts", "spot.height", "spot.region")
    assert [row["counts"][0], row["counts"][2], row["spot"]["region"]] == [1, 3, "N"]
    assert str(row["counts"][1]) == "Station.counts holds str, which is no Int."
    assert str(row["spot"]["height"]) == "Station.spot.height holds str, which is no Int."


async def test_a_pattern_passes_over_what_is_not_text(filled):
    """Rather than failing the whole read, also in a list that needs an expression."""
    source = filled(stations=[{"_id": 1, "name": 5, "marks": [5, "a"]}])
    assert await rows_of(source, "key", filter=compare("name", "like", "%")) == []


def test_a_year_that_python_lacks_is_wrong():
    """The driver gives a bare number for it, rather than failing the whole reply."""
    with pytest.raises(TypeError):
        SCALARS[Scalar.DATETIME](DatetimeMS(2**60))


def test_what_bson_holds_for_a_value():
    """The forms that documents must have, to be found by what clients send."""
    kinds = {name: field.type for name, field in STATION.fields.items()}
    assert encoded(kinds["day"], datetime.date(2013, 1, 1)) == datetime.datetime(
        2013, 1, 1, tzinfo=UTC
    )
    assert encoded(kinds["clock"], datetime.time(5)) == "05:00:00"
    late = datetime.time(5, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert encoded(kinds["clock"], late) == "03:00:00"
    assert encoded(kinds["token"], TOKEN) == Binary(TOKEN.bytes, 4)
    assert encoded(kinds["price"], decimal.Decimal("0.10")) == Decimal128("0.10")
    assert encoded(kinds["size"], "LARGE") == "l"
    assert encoded(kinds["ref"], ID) == ObjectId(ID)
    assert encoded(kinds["ref"], ID[:-1]) is NOTHING
    east = datetime.timezone(datetime.timedelta(hours=5))
    assert encoded(kinds["opened"], datetime.datetime(1, 1, 1, tzinfo=east)) is NOTHING
    with pytest.raises(TypeError):
        encoded(kinds["marks"], ["a"])
