"""In charge of plain reads: fields, joined records, order, pages and totals."""

import pytest

from catalog.query import NEVER, Answer, Compare, Join, Operator, Order, Read

BY_ID = Order(("id",))


async def test_joined_records_are_there_or_none(catalog, answers):
    """To one, to one of one, by two fields; only the fields asked for, the same table twice."""
    flight, airline = catalog["Flight"], catalog["Airline"]
    joins = (
        Join(
            flight.relations["airline"],
            (("name",),),
            (Join(airline.relations["parent"], (("code",), ("name",))),),
        ),
        Join(flight.relations["weather"], (("wind",),)),
    )
    read = Read(flight, (("id",), ("delay",), ("id",)), joins=joins, order=(BY_ID,))
    rows = (await answers(read))[()].rows
    united = {"name": "United", "parent": None}
    parent = {"code": "UA", "name": "United"}
    assert rows[:2] == [
        {"id": 1, "delay": 10, "airline": united, "weather": {"wind": 3.5}},
        {"id": 2, "delay": None, "airline": united, "weather": {"wind": None}},
    ]
    assert rows[2]["airline"] == {"name": "ExpressJet", "parent": parent}
    assert rows[3]["weather"] is None
    assert rows[4] == {"id": 5, "delay": 0, "airline": None, "weather": None}


async def test_a_relation_to_one_that_no_key_backs_takes_the_first_row(catalog, answers):
    """Joined by a model's word only, it never doubles its parent."""
    pilot = catalog["Pilot"]
    join = Join(pilot.relations["licence"], (("number",),))
    read = Read(pilot, (("id",),), joins=(join,), order=(BY_ID,), total=True)
    answer = (await answers(read))[()]
    assert [row["licence"] and row["licence"]["number"] for row in answer.rows] == [
        "old",
        "only",
        None,
    ]
    assert answer.total == 3


async def test_a_read_of_no_fields_has_its_rows(catalog, answers):
    """An empty record for each."""
    assert (await answers(Read(catalog["Pilot"], ())))[()].rows == [{}, {}, {}]


@pytest.mark.parametrize(
    ("descending", "nulls_first", "expected"),
    [
        (False, False, [3, 5, 1, 4, 6, 2]),
        (False, True, [2, 3, 5, 1, 4, 6]),
        (True, False, [6, 1, 4, 5, 3, 2]),
        (True, True, [2, 6, 1, 4, 5, 3]),
    ],
)
async def test_nulls_stand_where_the_order_says(catalog, ids, descending, nulls_first, expected):
    """Last in both directions, unless they are to be first."""
    delay = Order(("delay",), descending=descending, nulls_first=nulls_first)
    assert await ids(catalog["Flight"], order=(delay, BY_ID)) == expected


async def test_an_order_steps_through_relations(catalog, ids, answers):
    """A row without a target has a null there; a relation that is joined already is not again."""
    flight, airline = catalog["Flight"], catalog["Airline"]
    steps = (flight.relations["airline"], airline.relations["parent"])
    order = (Order(("name",), steps), Order(("name",), steps[:1], descending=True), BY_ID)
    assert await ids(flight, order=order) == [3, 4, 1, 2, 6, 5]
    read = Read(flight, (("id",),), joins=(Join(steps[0], (("code",),)),), order=order, limit=3)
    rows = (await answers(read))[()].rows
    assert [(row["id"], row["airline"]["code"]) for row in rows] == [
        (3, "EV"),
        (4, "EV"),
        (1, "UA"),
    ]


@pytest.mark.parametrize("name", ["shade", "tint"])
async def test_enums_order_as_they_are_declared(catalog, ids, name):
    """Whether the database has a type for them or stores text."""
    assert await ids(catalog["Sample"], order=(Order((name,)), BY_ID)) == [1, 2, 3]
    backwards = Order((name,), descending=True, nulls_first=True)
    assert await ids(catalog["Sample"], order=(backwards, BY_ID)) == [3, 2, 1]


async def test_text_orders_by_code_points(catalog, ids):
    """Capitals before small letters, whatever a language says."""
    assert await ids(catalog["Sample"], order=(Order(("text",)),)) == [1, 2, 3]


async def test_a_page_and_its_total_come_in_one_answer(catalog, answers):
    """The total knows the filter, but neither limit, offset nor the cursor's filter."""
    united = Compare(("carrier",), Operator.EQ, "UA")
    read = Read(
        catalog["Flight"],
        (("id",),),
        filter=united,
        after=Compare(("id",), Operator.GT, 1),
        order=(Order(("id",), descending=True),),
        limit=1,
        offset=1,
        total=True,
    )
    assert await answers(read) == {(): Answer([{"id": 2}], 3)}


@pytest.mark.parametrize("options", [{"limit": 0}, {"offset": 100}, {"after": NEVER}])
async def test_a_total_without_rows(catalog, answers, options):
    """An empty page does not lose it."""
    read = Read(catalog["Flight"], (("id",),), order=(BY_ID,), total=True, **options)
    answer = (await answers(read))[()]
    assert (list(answer.rows), answer.total) == ([], 6)


async def test_nothing_is_asked_where_nothing_can_come(catalog, source):
    """No rows wanted, no keys that equal anything: no statement, and an empty answer."""
    flight = catalog["Flight"]
    assert await source.read([Read(flight, (), limit=0)]) == [{(): Answer()}]
    assert await source.read([]) == []


async def test_several_reads_are_answered_in_their_order(catalog, source):
    """Each by a statement of its own, those that need none among them."""
    flight, pilot = catalog["Flight"], catalog["Pilot"]
    reads = [
        Read(flight, (("id",),), order=(BY_ID,), limit=1),
        Read(flight, (), limit=0),
        Read(pilot, (("name",),), order=(BY_ID,), limit=2, total=True),
    ]
    first, second, third = await source.read(reads)
    assert first == {(): Answer([{"id": 1}])}
    assert second == {(): Answer()}
    assert third == {(): Answer([{"name": "Ada"}, {"name": "Bo"}], 3)}
