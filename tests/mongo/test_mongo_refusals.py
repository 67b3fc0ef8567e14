"""In charge of why MongoDB refuses changes: with a code, by fields, and without its own words."""

import datetime
import decimal
from functools import reduce

import pytest
from mongo_dock import DOCK, NOTE, SHIP, rows_of
from pymongo.errors import OperationFailure

from catalog.change import Conflict, Delete, Increment, Insert, Push, Set, Update
from catalog.query import ALWAYS, Compare, Operator
from datasources.errors import (
    DocumentRefused,
    NotNullViolation,
    StoreError,
    TransactionsUnavailable,
    UniqueViolation,
    ValueInvalid,
    ValueOutOfRange,
    ValueTooLong,
    WriteConflict,
)
from datasources.mongo.refusals import failure_of_change

EVE = {"id": 3, "name": "Eve"}
ADA = {"id": 4, "name": "Ada", "flag": "NL", "number": 7}
BEA = Compare(("id",), Operator.EQ, 2)
MICROSECOND = datetime.datetime(2013, 1, 1, 0, 0, 0, 1, tzinfo=datetime.UTC)
DEEP = reduce(lambda inner, _: {"a": [inner]}, range(60), {})
INTERNAL = ("E11000", "index", "ships", "called", "pymongo", "Plan", "schema")

REFUSED = {
    "key": (Insert(SHIP, (EVE, ADA | {"id": 1, "number": 1})), UniqueViolation, [("id",)], 1),
    "unique": (Insert(SHIP, (EVE, ADA)), UniqueViolation, [("flag",), ("number",)], 1),
    "unique-edit": (Update(SHIP, ALWAYS, (Set(("number",), 1),)), UniqueViolation,
                    [("flag",), ("number",)], None),
    "unique-null": (Insert(SHIP, (EVE, EVE | {"id": 5})), UniqueViolation,
                    [("flag",), ("number",)], 1),
    "twice": (Insert(SHIP, (EVE, EVE), Conflict(("id",), ())), UniqueViolation, [("id",)], 1),
    "null": (Insert(SHIP, (EVE, {"id": 5, "name": None})), NotNullViolation, [("name",)], 1),
    "missing": (Insert(SHIP, ({"id": 5},)), NotNullViolation, [("name",)], 0),
    "missing-key": (Insert(SHIP, ({"name": "x"},)), NotNullViolation, [("id",)], 0),
    "missing-tag": (Insert(SHIP, (EVE | {"drive": {"area": 1.0}},)), NotNullViolation,
                    [("drive", "kind")], 0),
    "null-edit": (Update(SHIP, ALWAYS, (Set(("name",), None),)), NotNullViolation,
                  [("name",)], None),
    "int": (Insert(SHIP, (EVE, EVE | {"id": 2**31})), ValueOutOfRange, [("id",)], 1),
    "nested-int": (Update(SHIP, ALWAYS, (Set(("hold", "volume"), 2**31),)), ValueOutOfRange,
                   [("hold", "volume")], None),
    "sum": (Update(SHIP, ALWAYS, (Increment(("number",), 2**31 - 8),)), ValueOutOfRange,
            [("number",)], None),
    "nested-sum": (Update(SHIP, BEA, (Increment(("hold", "volume"), 2**31 - 1),)),
                   ValueOutOfRange, [("hold", "volume")], None),
    "long-sum": (Update(SHIP, BEA, (Set(("price",), decimal.Decimal("1e33")),
                 Increment(("price",), decimal.Decimal("0.01")))), ValueOutOfRange,
                 [("price",)], None),
    "half": (Insert(SHIP, (EVE | {"hold": {"goods": ["\ud800"]}},)), ValueInvalid,
             [("hold", "goods", "0")], 0),
    "microsecond": (Insert(SHIP, (EVE | {"seen": MICROSECOND},)), ValueInvalid, [("seen",)], 0),
    "digits": (Insert(SHIP, (EVE | {"price": decimal.Decimal("1" * 35)},)), ValueInvalid,
               [("price",)], 0),
    "object-id": (Insert(NOTE, ({"id": "x"},)), ValueInvalid, [("id",)], 0),
    "json-half": (Update(SHIP, BEA, (Set(("extra",), {"a": ["\ud800"]}),)), ValueInvalid,
                  [("extra",)], None),
    "json-key": (Update(SHIP, BEA, (Set(("extra",), {"a\0": 1}),)), ValueInvalid,
                 [("extra",)], None),
    "json-int": (Update(SHIP, BEA, (Set(("extra",), {"a": 2**63}),)), ValueOutOfRange,
                 [("extra",)], None),
    "json-deep": (Insert(SHIP, (EVE | {"extra": DEEP},)), ValueInvalid, [("extra",)], 0),
    "push": (Update(SHIP, BEA, (Push(("marks",), ("\udfff",)),)), ValueInvalid,
             [("marks", "0")], None),
    "large": (Insert(SHIP, (EVE | {"extra": {"a": "x" * 17_000_000}},)), ValueTooLong, [], None),
    "validator": (Insert(DOCK, ({"code": "a", "depth": 0},)), DocumentRefused, [], 0),
    "validator-edit": (Update(DOCK, ALWAYS, (Increment(("depth",), -10),)), DocumentRefused,
                       [], None),
}  # fmt: skip


@pytest.mark.parametrize(("change", "error", "paths", "row"), REFUSED.values(), ids=REFUSED)
async def test_a_refusal_says_what_is_wrong(docks, change, error, paths, row):
    """And nothing is written, not even what went before it."""
    before = await rows_of(docks, SHIP, "name", "number"), await rows_of(docks, DOCK, "depth")
    caught = await refusal_of(docks, Insert(NOTE, ({"text": "a"},)), change)
    assert type(caught) is error
    assert [*caught.paths] == paths
    assert caught.row == row
    assert not any(word in str(caught) for word in INTERNAL)
    after = await rows_of(docks, SHIP, "name", "number"), await rows_of(docks, DOCK, "depth")
    assert after == before
    assert not await rows_of(docks, NOTE)


async def refusal_of(source, *changes):
    """Why changes are refused."""

    async def change_all():
        async with source.begin() as transaction:
            for change in changes:
                await transaction.change(change)

    with pytest.raises(StoreError) as caught:
        await change_all()
    return caught.value


async def test_what_is_stored_may_be_no_number(docks, docks_database):
    """Then nothing can be added to it; the error names no value."""
    docks_database["ships"].update_one({"_id": 1}, {"$set": {"number": "seven"}})
    caught = await refusal_of(docks, Update(SHIP, ALWAYS, (Increment(("number",), 1),)))
    assert type(caught) is ValueInvalid
    assert "seven" not in str(caught)


def test_a_single_server_has_no_transactions():
    """The hint says what to do; it is what a mongod without a replica set answers."""
    said = "Transaction numbers are only allowed on a replica set member or mongos"
    caught = failure_of_change(OperationFailure(said, 20), Delete(SHIP, ALWAYS))
    assert type(caught) is TransactionsUnavailable
    assert "replica set" in str(caught)


def test_other_failures_tell_no_detail():
    """As that the user may not write."""
    caught = failure_of_change(OperationFailure("secret", 9), Delete(SHIP, ALWAYS))
    assert str(caught) == "MongoDB could not make this change."


@pytest.mark.parametrize(
    ("path", "error"), [(("price",), WriteConflict), (("number",), UniqueViolation)]
)
def test_a_doubled_key_that_was_not_changed_is_a_conflict(path, error):
    """SecantusDB says so where two transactions at once change one document."""
    details = {"keyPattern": {"flag": 1, "number": 1}}
    doubled = OperationFailure("E11000 duplicate key error", 11000, details)
    change = Update(SHIP, ALWAYS, (Set(path, None),))
    assert type(failure_of_change(doubled, change)) is error
