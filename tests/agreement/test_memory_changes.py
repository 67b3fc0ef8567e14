"""In charge of what `catalog.change` says, by examples small enough to be checked by eye."""

import asyncio
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, Field

from catalog import Index, ObjectId, Store, catalog_of
from catalog.change import (
    Change,
    Conflict,
    Delete,
    Edit,
    Increment,
    Insert,
    Pull,
    Push,
    Set,
    Update,
)
from catalog.query import ALWAYS, Compare, Filter, Operator, Read
from datasources.errors import (
    ChangeRefused,
    NotNullViolation,
    UniqueViolation,
    ValueOutOfRange,
)
from datasources.memory import MemorySource


class Hold(BaseModel):
    volume: int
    goods: list[str] | None = None


class Ship(BaseModel):
    __collection__ = "ships"
    __indexes__: ClassVar = (Index("flag", "number", unique=True),)

    id: int
    name: str
    flag: str | None = None
    number: int | None = None
    hold: Hold | None = None
    marks: list[str | None] | None = None


class Note(BaseModel):
    __collection__ = "notes"

    id: ObjectId | None = Field(None, alias="_id")
    text: str | None = None


CATALOG = catalog_of([Ship, Note])
SHIP, NOTE = CATALOG["Ship"], CATALOG["Note"]
ADA: dict[str, Any] = {"id": 1, "name": "Ada", "flag": "NL", "number": 7, "marks": ["a", None, "a"]}
BEA: dict[str, Any] = {"id": 2, "name": "Bea", "flag": "NL", "hold": {"volume": 5}}


def is_(**values: Any) -> Filter:
    """True where a field has this value."""
    ((name, value),) = values.items()
    return Compare((name,), Operator.EQ, value)


@pytest.fixture
def source():
    """Two ships."""
    return MemorySource(CATALOG, Store.MONGO, {"Ship": [ADA, BEA]})


async def rows_of(readable, entity=SHIP):
    """All rows by their keys, without what is null."""
    ((answer,),) = [
        answers.values() for answers in await readable.read([Read(entity, entity.paths)])
    ]
    shown = [{n: v for n, v in row.items() if v is not None} for row in answer.rows]
    return {row["id"]: row for row in shown}


async def changed(source, *changes: Change):
    """What comes of the changes, in one transaction."""
    async with source.begin() as transaction:
        return [await transaction.change(change) for change in changes]


async def test_new_rows_are_there_once_the_transaction_has_ended(source):
    """Until then only its own reads see them."""
    cyd = {"id": 3, "name": "Cyd", "number": 1}
    async with source.begin() as transaction:
        came = await transaction.change(Insert(SHIP, (cyd,)))
        assert came == (((3,),), {(3,)})
        assert (await rows_of(transaction))[3] == cyd
        assert 3 not in await rows_of(source)
    assert (await rows_of(source))[3] == cyd


async def test_what_raises_undoes_all(source):
    """An error of one's own, a cancellation, and an error that somebody swallowed."""

    async def fails(error):
        async with source.begin() as transaction:
            await transaction.change(Delete(SHIP, ALWAYS))
            raise error

    async def swallows():
        async with source.begin() as transaction:
            await transaction.change(Delete(SHIP, is_(name="Bea")))
            for _ in range(2):  # the second because of the first
                with pytest.raises(UniqueViolation):
                    await transaction.change(Insert(SHIP, (ADA,)))

    for error in (ValueError, asyncio.CancelledError):
        with pytest.raises(error):
            await fails(error)
    with pytest.raises(UniqueViolation):
        await swallows()
    assert len(await rows_of(source)) == 2


async def test_edits_of_all_rows_that_match(source):
    """One after the other; the keys of the rows are told."""
    edits = (Set(("flag",), "BE"), Increment(("number",), 2), Increment(("number",), 1))
    (came,) = await changed(source, Update(SHIP, is_(flag="NL"), edits))
    assert came == (((1,), (2,)), frozenset())
    rows = await rows_of(source)
    assert [row["flag"] for row in rows.values()] == ["BE", "BE"]
    assert rows[1]["number"] == 10
    assert "number" not in rows[2]


@pytest.mark.parametrize(
    ("edit", "field", "ada", "bea"),
    [
        (Set(("hold", "volume"), 9), "hold", {"volume": 9, "goods": None},
         {"volume": 9, "goods": None}),
        (Set(("hold",), None), "hold", None, None),
        (Increment(("hold", "volume"), -6), "hold", None, {"volume": -1, "goods": None}),
        (Push(("marks",), ("b", None)), "marks", ["a", None, "a", "b", None], ["b", None]),
        (Push(("hold", "goods"), ("tea",)), "hold", {"volume": None, "goods": ["tea"]},
         {"volume": 5, "goods": ["tea"]}),
        (Pull(("marks",), ("a", "c")), "marks", [None], None),
    ],
)  # fmt: skip
async def test_what_an_edit_makes(source, edit: Edit, field, ada, bea):
    """Of a value, and of null."""
    await changed(source, Update(SHIP, ALWAYS, (edit,)))
    rows = await rows_of(source)
    assert [rows[1].get(field), rows[2].get(field)] == [ada, bea]


@pytest.mark.parametrize(
    ("change", "error", "paths", "row"),
    [
        (Insert(SHIP, ({"id": 3, "name": "x"}, {"id": 1, "name": "x"})), UniqueViolation,
         [("id",)], 1),
        (Insert(SHIP, ({"id": 3, "name": "x", "flag": "NL", "number": 7},)), UniqueViolation,
         [("flag",), ("number",)], 0),
        (Insert(SHIP, ({"id": 3, "name": "x", "flag": "NL"},)), UniqueViolation,  # as of null
         [("flag",), ("number",)], 0),
        (Insert(SHIP, ({"id": 3},)), NotNullViolation, [("name",)], 0),
        (Insert(SHIP, ({"name": "x"},)), NotNullViolation, [("id",)], 0),
        (Insert(SHIP, ({"id": 3, "name": "x", "hold": {"goods": ["tea", None]}},)),
         NotNullViolation, [("hold", "volume")], 0),
        (Insert(SHIP, ({"id": 2**31, "name": "x"},)), ValueOutOfRange, [("id",)], 0),
        (Update(SHIP, ALWAYS, (Set(("name",), None),)), NotNullViolation, [("name",)], None),
        (Update(SHIP, ALWAYS, (Set(("hold", "goods"), [None]),)), NotNullViolation,
         [("hold", "goods")], None),
        (Update(SHIP, ALWAYS, (Set(("number",), 7),)), UniqueViolation,
         [("flag",), ("number",)], None),
        (Update(SHIP, ALWAYS, (Increment(("number",), 2**31 - 7),)), ValueOutOfRange,
         [("number",)], None),
    ],
)  # fmt: skip
async def test_what_may_not_be(source, change, error, paths, row):
    """It is said of which fields, and of which row; nothing is changed."""
    with pytest.raises(ChangeRefused) as caught:
        await changed(source, change)
    assert type(caught.value) is error
    assert list(caught.value.paths) == paths
    assert caught.value.row == row
    assert len(await rows_of(source)) == 2


async def test_a_row_that_is_there_is_updated_instead(source):
    """Only by what is named, and what the new row has; keys are in the order of the rows."""
    rows = (
        {"id": 9, "name": "New", "flag": "NL", "number": 8},
        {"id": 1, "name": "Ann", "number": 3},
        {"id": 2, "name": "Bo"},
    )
    conflict = Conflict(("id",), ("name", "flag"))
    (came,) = await changed(source, Insert(SHIP, rows, conflict))
    assert came == (((9,), (1,), (2,)), {(9,)})
    held = await rows_of(source)
    assert held[1] == {**ADA, "name": "Ann"}
    assert held[2] == {**BEA, "name": "Bo", "hold": {"volume": 5, "goods": None}}


async def test_a_row_that_may_not_be_updated_is_in_the_way(source):
    """So are two new ones with one target; a null in a target meets nothing."""
    ann, eve = {"id": 1, "name": "Ann"}, {"id": 3, "name": "Eve"}
    only_bea = Conflict(("id",), ("name",), is_(name="Bea"))
    for rows, conflict in (((ann,), only_bea), ((eve, eve), Conflict(("id",), ("name",)))):
        with pytest.raises(UniqueViolation) as caught:
            await changed(source, Insert(SHIP, rows, conflict))
        assert caught.value.row == len(rows) - 1
    (came,) = await changed(source, Insert(SHIP, (ann,), Conflict(("id",), ())))
    assert came == (((1,),), frozenset())
    assert (await rows_of(source))[1] == ADA
    with pytest.raises(UniqueViolation):
        await changed(
            source, Insert(SHIP, (eve | {"flag": "NL"},), Conflict(("flag", "number"), ()))
        )


async def test_a_document_without_a_key_gets_one(source):
    """An ObjectId, another for each."""
    (came,) = await changed(source, Insert(NOTE, ({"text": "a"}, {"text": "b"})))
    assert len(set(came.keys)) == 2
    assert [*(await rows_of(source, NOTE))] == [key for (key,) in came.keys]


async def test_transactions_take_turns(source):
    """So that none sees, or overwrites, what another has not ended."""

    async def sail(number):
        async with source.begin() as transaction:
            held = len(await rows_of(transaction))
            await asyncio.sleep(0)
            await transaction.change(
                Insert(SHIP, ({"id": held + 1, "name": "x", "number": number},))
            )

    await asyncio.gather(*map(sail, range(5)))
    assert len(await rows_of(source)) == 7
