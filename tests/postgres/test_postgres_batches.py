"""In charge of reads for many keys at once: limit, offset and total are each key's own."""

from dataclasses import replace

import pytest

from catalog.query import (
    Answer,
    Batch,
    Compare,
    IsNull,
    Join,
    Not,
    Operator,
    Order,
    Quantifier,
    Read,
    Related,
)

BY_ID = Order(("id",))
CARRIERS = (("UA",), ("EV",), ("AA",), ("UA",), (None,), ("\0",))


def _by_carrier(catalog, **options):
    return Read(catalog["Flight"], (("id",),), batch=Batch(("carrier",), CARRIERS), **options)


async def _ids(answers, read):
    found = (await answers(read)).items()
    return {key: [row["id"] for row in answer.rows] for key, answer in found}


async def test_rows_stand_under_their_keys_in_the_reads_order(catalog, answers):
    """Keys without rows are absent; a key sent twice is answered once; a null equals nothing."""
    read = _by_carrier(catalog, order=(Order(("delay",), descending=True), BY_ID))
    assert await _ids(answers, read) == {("UA",): [6, 1, 2], ("EV",): [4, 3]}


@pytest.mark.parametrize(
    ("limit", "offset", "expected"),
    [
        (1, 0, {("UA",): [1], ("EV",): [3]}),
        (2, 1, {("UA",): [2, 6], ("EV",): [4]}),
        (None, 2, {("UA",): [6]}),
    ],
)
async def test_limit_and_offset_apply_to_each_key(catalog, answers, limit, offset, expected):
    """Not to the batch as a whole."""
    read = _by_carrier(catalog, order=(BY_ID,), limit=limit, offset=offset)
    assert await _ids(answers, read) == expected


async def test_totals_are_of_each_key_even_without_rows(catalog, answers):
    """The filter counts, the cursor's filter and the page do not."""
    read = _by_carrier(
        catalog,
        filter=Not(IsNull(("delay",))),
        after=Compare(("id",), Operator.GT, 3),
        order=(BY_ID,),
        limit=1,
        total=True,
    )
    assert await answers(read) == {
        ("UA",): Answer([{"id": 6}], 2),
        ("EV",): Answer([{"id": 4}], 2),
        ("AA",): Answer([], 0),
    }


async def test_totals_alone(catalog, answers):
    """With no rows wanted."""
    assert await answers(_by_carrier(catalog, limit=0, total=True)) == {
        ("UA",): Answer([], 3),
        ("EV",): Answer([], 2),
        ("AA",): Answer([], 0),
    }


async def test_keys_of_several_fields(catalog, answers):
    """All fields must be equal; joins and relations in filters and orders work as in any read."""
    weather, flight = catalog["Weather"], catalog["Flight"]
    keys = (("JFK", 5), ("JFK", 6), ("JFK", 7), ("EWR", None))
    read = Read(
        flight,
        (("id",),),
        joins=(Join(flight.relations["airline"], (("name",),)),),
        filter=Related(flight.relations["pilots"], Quantifier.SOME, Not(IsNull(("name",)))),
        order=(Order(("name",), (flight.relations["airline"],)), BY_ID),
        limit=5,
        batch=Batch(flight.relations["weather"].source_fields, keys),
    )
    found = await answers(read)
    assert {key: [row["id"] for row in each.rows] for key, each in found.items()} == {
        ("JFK", 5): [1, 6],
        ("JFK", 6): [2],
    }
    assert found[("JFK", 6)].rows[0]["airline"] == {"name": "United"}
    by_key = Read(weather, (("wind",),), batch=Batch(("hour", "place"), ((5, "EWR"), (6, "EWR"))))
    assert await answers(by_key) == {(5, "EWR"): Answer([{"wind": 9.0}])}


@pytest.mark.parametrize("limit", [None, 1])
async def test_a_batch_by_a_key_has_one_row_each(catalog, answers, limit):
    """Whatever order and limit it comes with."""
    batch = Batch(("id",), ((2,), (99,), (1,)))
    read = Read(catalog["Pilot"], (("id",),), order=(BY_ID,), limit=limit, batch=batch)
    assert await _ids(answers, read) == {(2,): [2], (1,): [1]}
    beyond = Read(catalog["Pilot"], (("id",),), order=(BY_ID,), offset=1, limit=1, batch=batch)
    assert await _ids(answers, beyond) == {}


@pytest.mark.parametrize(("relation", "expected"), [("pilots", [1, 2]), ("relieved", [3])])
async def test_targets_are_found_through_a_link_table(catalog, answers, relation, expected):
    """Each once, though the link table may name it twice."""
    flight = catalog["Flight"]
    edge = flight.relations[relation]
    batch = Batch(edge.target_fields, ((1,), (5,)), edge.through)
    joins = (Join(catalog["Pilot"].relations["licence"], (("number",),)),)
    read = Read(catalog["Pilot"], (("id",),), joins, order=(BY_ID,), total=True, batch=batch)
    found = await answers(replace(read, limit=9))
    assert found == await answers(read)
    licences = {1: {"number": "old"}, 2: {"number": "only"}, 3: None}
    assert found[(1,)].rows == [{"id": id, "licence": licences[id]} for id in expected]
    assert found[(1,)].total == len(expected)
    assert found[(5,)] == Answer([], 0)


async def test_no_key_that_equals_anything(catalog, answers):
    """No statement is run, and no key answered."""
    for keys in ((), ((None,),), (("\0",),)):
        read = Read(catalog["Flight"], (("id",),), batch=Batch(("carrier",), keys), total=True)
        assert await answers(read) == {}
