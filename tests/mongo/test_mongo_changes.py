"""In charge of changes of documents: what is stored afterwards, and what is told of it."""

import datetime
import decimal

import pytest
from mongo_dock import BARGE, DOCK, FERRY, NOTE, SHIP, rows_of
from mongo_models import STATION
from mongo_reads import BY_KEY

from catalog.change import Conflict, Delete, Increment, Insert, Pull, Push, Set, Update
from catalog.query import ALWAYS, Compare, Not, Operator, Quantifier, Read, Related
from datasources.errors import UniqueViolation

LIES = SHIP.relations["lies"]
STATIONS = {
    "key": 7, "name": "Süd", "line_code": "U1", "number": 5, "big": 2**60, "ratio": 0.5,
    "price": decimal.Decimal("12.50"), "flag": True, "day": datetime.date(2013, 1, 2),
    "clock": datetime.time(5, 7), "opened": datetime.datetime(2013, 1, 2, 5, tzinfo=datetime.UTC),
    "token": None, "blob": b"\x00a", "size": "MEDIUM", "ref": "507f1f77bcf86cd799439011",
    "extra": {"$a": [1, None, {"b": 2.5}]}, "spot": {"height": 3, "region": "x"},
    "marks": ["a", None], "counts": [],
    "tracks": [{"number": 1, "gauges": [5], "spot": {"height": None, "region": None}}],
    "loose": [None],
}  # fmt: skip


def is_(field, value):
    """True where a field has this value."""
    return Compare((field,), Operator.EQ, value)


@pytest.fixture
def changed(docks):
    """What comes of changes, in one transaction."""

    async def changed(*changes):
        async with docks.begin() as transaction:
            return [await transaction.change(change) for change in changes]

    return changed


async def test_a_document_of_every_type_comes_back_as_it_went(filled):
    """By a new one, and by edits of one that had nothing."""
    source = filled(stations=[{"_id": 1}])
    async with source.begin() as transaction:
        await transaction.change(Insert(STATION, (STATIONS,)))
        edits = tuple(Set((name,), value) for name, value in STATIONS.items() if name != "key")
        await transaction.change(Update(STATION, is_("key", 1), edits))
    read = Read(STATION, tuple((name,) for name in STATIONS), order=BY_KEY)
    (answers,) = await source.read([read])
    assert list(answers[()].rows) == [STATIONS | {"key": 1}, STATIONS]


async def test_what_is_missing_stays_missing(docks_database, changed):
    """Null is stored as null; keys are those that documents are stored by."""
    ship = {"id": 3, "name": "Cyd", "flag": None, "hold": {"volume": None}, "drive": {
        "kind": "sail", "area": 2.0}}  # fmt: skip
    (came,) = await changed(Insert(SHIP, (ship,)))
    assert came == (((3,),), {(3,)})
    assert docks_database["ships"].find_one({"_id": 3}) == {
        "_id": 3, "called": "Cyd", "flag": None, "hold": {"v": None},
        "drive": {"k": "sail", "area": 2.0},
    }  # fmt: skip


async def test_a_document_without_a_key_gets_one(docks, changed):
    """An ObjectId; the keys are in the order of the rows."""
    given = {"id": "507f1f77bcf86cd799439011", "text": "b"}
    (came,) = await changed(Insert(NOTE, ({"text": "a"}, given, {"text": "c"})))
    held = await rows_of(docks, NOTE, "text")
    assert [held[key] for (key,) in came.keys] == [("a",), ("b",), ("c",)]
    assert came.keys[1] == (given["id"],)


async def test_edits_of_all_documents_that_match(docks, docks_database, changed):
    """One after the other; what no model names in a nested document stays."""
    edits = (
        Increment(("number",), 20),
        Increment(("number",), -1),
        Set(("dock",), None),
        Push(("marks",), ("b", "$x")),
        Pull(("marks",), ("a", "b")),
        Set(("hold", "volume"), 9),
        Push(("hold", "goods"), ("tea",)),
    )
    (came,) = await changed(Update(SHIP, is_("flag", "NL"), edits))
    assert sorted(came.keys) == [(1,), (2,)]
    held = await rows_of(docks, SHIP, "number", "dock", "marks")
    assert held == {1: (26, None, [None, "$x"]), 2: (27, None, ["$x"])}
    assert docks_database["ships"].find_one({"_id": 1})["hold"] == {"v": 9, "goods": ["tea"]}
    assert docks_database["ships"].find_one({"_id": 2})["hold"] == {
        "v": 9, "own": True, "goods": ["tea"],
    }  # fmt: skip


async def test_null_stays_null_where_there_is_nothing_to_add_to(docks_database, changed):
    """And missing stays missing, without documents on the way there."""
    before = docks_database["ships"].find_one({"_id": 1})
    edits = (
        Increment(("price",), decimal.Decimal(2)),
        Increment(("hold", "volume"), 1),
        Pull(("hold", "goods"), ("x",)),
    )
    await changed(Update(SHIP, is_("id", 1), edits))
    assert docks_database["ships"].find_one({"_id": 1}) == before
    await changed(Update(SHIP, is_("id", 2), (Pull(("marks",), ("a",)), *edits)))
    ship = docks_database["ships"].find_one({"_id": 2})
    assert (ship["marks"], ship["hold"]) == (None, {"v": 6, "own": True})


async def test_values_are_taken_as_they_are(docks, changed):
    """What looks like a path, an operator or a variable of MongoDB's is none."""
    odd = {"$set": {"a.b": "$name"}, "$$ROOT": "$$NOW"}
    edits = (Set(("name",), "$called"), Set(("extra",), odd), Set(("marks",), ["$$REMOVE"]))
    await changed(Update(SHIP, is_("id", 1), edits))
    held = await rows_of(docks, SHIP, "name", "extra", "marks")
    assert held[1] == ("$called", odd, ["$$REMOVE"])


async def test_filters_lead_through_relations(docks, changed):
    """As those of reads do."""
    deep = Related(LIES, Quantifier.SOME, is_("code", "RTM"))
    (came,) = await changed(Update(SHIP, deep, (Set(("name",), "x"),)))
    assert came.keys == ((2,),)
    (came,) = await changed(Delete(SHIP, Not(deep)))
    assert came.keys == ((1,),)
    empty = Related(DOCK.relations["ships"], Quantifier.NONE, ALWAYS)
    (came,) = await changed(Delete(DOCK, empty))
    assert came.keys == (("NYC",),)
    assert await rows_of(docks, SHIP, "name") == {2: ("x",)}


async def test_a_document_that_is_there_is_updated_instead(docks, changed):
    """Only by what is named, and what the new row has; others are made, and told apart."""
    rows = (
        {"id": 9, "name": "New", "flag": "NL", "number": 9},
        {"id": 8, "name": "Bo", "flag": "NL", "number": 8, "dock": "NYC"},
        {"id": 7, "name": "Ann", "flag": "NL", "number": 7},
        {"id": 6, "name": "Lea", "flag": "NL"},  # of whom a null meets nothing
    )
    (came,) = await changed(Insert(SHIP, rows, Conflict(("flag", "number"), ("name",))))
    assert came == (((9,), (2,), (1,), (6,)), {(9,), (6,)})
    held = await rows_of(docks, SHIP, "name", "dock")
    assert held == {
        1: ("Ann", "NYC"), 2: ("Bo", "RTM"), 9: ("New", None), 6: ("Lea", None),
    }  # fmt: skip
    (came,) = await changed(Insert(SHIP, rows[:1], Conflict(("id",), ())))
    assert came == (((9,),), frozenset())


async def test_a_document_that_may_not_be_updated_is_in_the_way(docks, changed):
    """Nothing is written, and it is told which of the new ones met it."""
    rows = (
        {"id": 9, "name": "Ann", "flag": "NL", "number": 7},
        {"id": 8, "name": "Bo", "flag": "NL", "number": 8},
    )
    deep = Related(LIES, Quantifier.SOME, is_("code", "NYC"))
    conflict = Conflict(("flag", "number"), ("name",), deep)
    (came,) = await changed(Insert(SHIP, rows[:1], conflict))
    assert came == (((1,),), frozenset())
    with pytest.raises(UniqueViolation) as caught:
        await changed(Insert(SHIP, rows, conflict))
    assert (caught.value.row, caught.value.paths) == (1, (("flag",), ("number",)))
    assert (await rows_of(docks, SHIP, "name"))[2] == ("Bea",)


async def test_documents_of_a_kind(docks, changed):
    """They get its tag; those of another kind are as if they were not there, but for keys."""
    await changed(Insert(BARGE, ({"id": 3},)))
    assert (await rows_of(docks, BARGE, "kind"))[3] == ("barge",)
    (came,) = await changed(Update(BARGE, ALWAYS, (Set(("speed",), 1),)))
    assert sorted(came.keys) == [(1,), (3,)]
    with pytest.raises(UniqueViolation):
        await changed(Insert(BARGE, ({"id": 2, "speed": 5},), Conflict(("id",), ("speed",))))
    (came,) = await changed(Delete(FERRY, ALWAYS))
    assert came.keys == ((2,),)
    assert (await rows_of(docks, BARGE, "speed")) == {1: (1,), 3: (1,)}


async def test_many_documents_are_few_commands(docks, changed, commands):
    """One to find them, where need be, and one to write; then the commit."""
    rows = tuple({"id": key, "name": "x", "number": key} for key in range(100, 300))
    await changed(Insert(SHIP, rows))
    assert commands.sent == ["insert", "commitTransaction"]
    commands.sent.clear()
    await changed(Update(SHIP, is_("name", "x"), (Increment(("number",), 1000),)))
    assert commands.sent == ["aggregate", "update", "commitTransaction"]
    commands.sent.clear()
    await changed(Delete(SHIP, is_("name", "x")))
    assert commands.sent == ["aggregate", "delete", "commitTransaction"]
    assert len(await rows_of(docks, SHIP)) == 2
