"""In charge of changes of tables: what is there afterwards, and what is told of it."""

import datetime

import pytest
from postgres_dock import BARGE, DOCK, FERRY, SHIP, rows_of
from postgres_rows import FULL, fill

from catalog.change import Conflict, Delete, Increment, Insert, Pull, Push, Set, Update
from catalog.query import ALWAYS, Among, Compare, Not, Operator, Quantifier, Read, Related
from datasources.errors import UniqueViolation

UTC = datetime.UTC


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


async def test_new_rows_get_what_they_lack_from_the_database(docks, changed):
    """Whichever fields each of them has; keys are in their order. Not Python's defaults."""
    rows = (
        {"name": "Cyd", "rig": "KETCH", "marks": ["x,y", None, '"'], "log": {"a": [1, None]}},
        {"name": "Dot", "built": None, "rig": "SLOOP"},
        {"name": "Eve", "rig": None, "marks": [], "log": None},
        {"id": 9, "name": "Fay"},
    )
    (came,) = await changed(Insert(SHIP, rows))
    assert [key for (key,) in came.keys][-1] == 9
    assert came.made == set(came.keys)
    held = await rows_of(docks, SHIP, "name", "rig", "marks", "log", "built", "crew")
    default = datetime.datetime(2001, 1, 1, tzinfo=UTC)
    assert [held[key] for (key,) in came.keys] == [
        ("Cyd", "KETCH", ["x,y", None, '"'], {"a": [1, None]}, default, None),
        ("Dot", "SLOOP", None, None, None, None),
        ("Eve", None, [], None, default, None),
        ("Fay", None, None, None, default, None),
    ]


async def test_a_row_of_every_type_comes_back_as_it_went(catalog, opened, admin, url):
    """Also among others, some of which hold nulls."""
    admin.execute("create database types")
    types_url = url.replace("/app?", "/types?")
    try:
        fill(types_url)
        source = opened(catalog, types_url)
        sample = catalog["Sample"]
        rows = (FULL | {"id": 11}, dict.fromkeys(FULL) | {"id": 12}, FULL | {"id": 13})
        async with source.begin() as transaction:
            await transaction.change(Insert(sample, rows))
            edits = tuple(Set((name,), value) for name, value in FULL.items() if name != "id")
            await transaction.change(Update(sample, is_("id", 12), edits))
        (answers,) = await source.read([Read(sample, tuple((name,) for name in FULL))])
        held = {row["id"]: row for row in answers[()].rows}
        assert [held[key] for key in (11, 12, 13)] == [FULL | {"id": key} for key in (11, 12, 13)]
        await source.close()
    finally:
        admin.execute("drop database types with (force)")


async def test_rows_of_defaults_alone(docks, changed, admin_of_docks):
    """Several, if need be."""
    admin_of_docks.execute("""alter table dock.ship alter "the name" set default 'Nobody'""")
    try:
        (came,) = await changed(Insert(SHIP, ({"flag": "X"}, {"id": 20})))
        (more,) = await changed(Delete(SHIP, Among(("id",), came.keys)))
        assert len(more.keys) == 2
        admin_of_docks.execute('alter table dock.ship drop constraint "secret_constraint"')
        (came,) = await changed(Insert(SHIP, ({}, {})))
        assert len(came.made) == 2
    finally:
        admin_of_docks.execute('alter table dock.ship alter "the name" drop default')
        admin_of_docks.execute("delete from dock.ship where flag is null")
        admin_of_docks.execute(
            'alter table dock.ship drop constraint if exists "secret_constraint",'
            ' add constraint "secret_constraint" unique (flag, "the name")'
        )


async def test_edits_of_all_rows_that_match(docks, changed):
    """One after the other, by one statement; the keys of the rows are told."""
    edits = (
        Increment(("tons",), 2),
        Increment(("tons",), -1),
        Set(("dock",), None),
        Push(("marks",), ("b", "c")),
        Pull(("marks",), ("a", "b")),
    )
    (came,) = await changed(Update(SHIP, is_("flag", "NL"), edits))
    assert sorted(came.keys) == [(1,), (2,)]
    assert not came.made
    held = await rows_of(docks, SHIP, "tons", "dock", "marks", "crew")
    assert held == {1: (6, None, [None, "c"], None), 2: (8, None, ["c"], None)}


async def test_null_stays_null_where_there_is_nothing_to_add_to(docks, changed):
    """And a list that is null has nothing to lose."""
    edits = (Increment(("crew",), 2), Pull(("marks",), ("a",)))
    await changed(Update(SHIP, is_("id", 2), edits))
    assert (await rows_of(docks, SHIP, "crew", "marks"))[2] == (None, None)


async def test_without_edits_rows_are_found_and_stay(docks, changed):
    """In a transaction nobody else changes them meanwhile."""
    (came,) = await changed(Update(SHIP, is_("id", 1), ()))
    assert came.keys == ((1,),)


async def test_filters_lead_through_relations(docks, changed, dock_relations):
    """As those of reads do, also into the very table that is changed."""
    deep = Related(dock_relations["lies"], Quantifier.SOME, is_("code", "RTM"))
    (came,) = await changed(Update(SHIP, deep, (Set(("crew",), 3),)))
    assert came.keys == ((2,),)
    (came,) = await changed(Delete(SHIP, Not(deep)))
    assert came.keys == ((1,),)
    empty = Related(dock_relations["ships"], Quantifier.NONE, ALWAYS)
    (came,) = await changed(Delete(DOCK, empty))
    assert came.keys == (("NYC",),)


async def test_a_row_that_is_there_is_updated_instead(docks, changed):
    """Only by what is named, and what the new row has; others are made, and told apart."""
    rows = (
        {"name": "New", "flag": "NL", "tons": 1},
        {"name": "Bea", "flag": "NL", "tons": 2, "crew": 5},
        {"name": "Ada", "flag": "NL"},
    )
    conflict = Conflict(("flag", "name"), ("tons",))
    (came,) = await changed(Insert(SHIP, rows, conflict))
    (new,), *others = came.keys
    assert others == [(2,), (1,)]
    assert came.made == {(new,)}
    held = await rows_of(docks, SHIP, "tons", "crew")
    assert held == {1: (5, None), 2: (2, None), new: (1, None)}


async def test_a_row_that_may_not_be_updated_is_in_the_way(docks, changed, dock_relations):
    """Nothing is written, and it is told which of the new ones met it."""
    rows = ({"name": "Ada", "flag": "NL", "tons": 1}, {"name": "Bea", "flag": "NL", "tons": 1})
    deep = Related(dock_relations["lies"], Quantifier.SOME, is_("code", "NYC"))
    conflict = Conflict(("flag", "name"), ("tons",), deep)
    (came,) = await changed(Insert(SHIP, rows[:1], conflict))
    assert came == (((1,),), frozenset())
    with pytest.raises(UniqueViolation) as caught:
        await changed(Insert(SHIP, rows, conflict))
    assert (caught.value.row, caught.value.paths) == (1, (("flag",), ("name",)))
    assert (await rows_of(docks, SHIP, "tons")) == {1: (1,), 2: (7,)}


async def test_rows_of_a_kind(docks, changed):
    """They get its tag; those of another kind are as if they were not there, but for keys."""
    (came,) = await changed(Insert(BARGE, ({"id": 3},)))
    assert (await rows_of(docks, BARGE, "kind"))[3] == ("barge",)
    (came,) = await changed(Update(BARGE, ALWAYS, (Set(("speed",), 1),)))
    assert sorted(came.keys) == [(1,), (3,)]
    with pytest.raises(UniqueViolation):
        await changed(Insert(BARGE, ({"id": 2, "speed": 5},), Conflict(("id",), ("speed",))))
    (came,) = await changed(Delete(FERRY, ALWAYS))
    assert came.keys == ((2,),)
