"""In charge of computed fields: columns in all but that they are made when they are asked for."""

import pytest

from catalog.query import Batch, Compare, IsNull, Join, Operator, Order, Quantifier, Read, Related
from catalog.summary import Function, GroupKey, Measure, Summary
from catalog.types import Scalar
from datasources.postgres.statements import statement_for

BY_ID = Order(("id",))


def _compare(name, operator, value):
    return Compare((name,), operator, value)


async def test_computed_values_are_read_as_columns_are(catalog, answers):
    """A hybrid, and expressions that are declared; over a null they are null."""
    read = Read(catalog["Flight"], (("id",), ("label",), ("is_late",), ("tens",)), order=(BY_ID,))
    rows = (await answers(read))[()].rows
    assert rows[:2] == [
        {"id": 1, "label": "JFK%:1", "is_late": True, "tens": 1},
        {"id": 2, "label": "JFK%:2", "is_late": None, "tens": None},
    ]


async def test_a_subquery_counts_for_each_row(catalog, answers):
    """SQLAlchemy's `column_property`, also where the row is joined to another."""
    airlines = Read(catalog["Airline"], (("code",), ("served",)), order=(Order(("code",)),))
    served = {row["code"]: row["served"] for row in (await answers(airlines))[()].rows}
    assert served == {"AA": 0, "EV": 2, "UA": 3}
    flight = catalog["Flight"]
    joined = Join(flight.relations["airline"], (("served",),))
    rows = (await answers(Read(flight, (("carrier",),), (joined,), order=(BY_ID,))))[()].rows
    assert all(
        row["airline"] is None or row["airline"]["served"] == served[row["carrier"]] for row in rows
    )


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (_compare("is_late", Operator.EQ, True), [1, 4, 6]),
        (_compare("is_late", Operator.NE, True), [3, 5]),
        (IsNull(("is_late",)), [2]),
        (_compare("label", Operator.STARTS_WITH, "JFK%"), [1, 2, 5, 6]),
        (_compare("tens", Operator.IN, (0, 1)), [1, 3, 4, 5]),
        (_compare("tens", Operator.GTE, 2), [6]),
    ],
)
async def test_a_filter_may_ask_for_them(catalog, ids, filter_, expected):
    """With the operators of their type."""
    assert await ids(catalog["Flight"], filter=filter_, order=(BY_ID,)) == expected


async def test_a_filter_and_an_order_reach_them_through_relations(catalog, ids):
    """The subquery is about the row at the end of the relation; without one it is null."""
    flight = catalog["Flight"]
    to_airline = flight.relations["airline"]
    by_served = Order(("served",), (to_airline,))
    assert await ids(flight, order=(by_served, BY_ID)) == [3, 4, 1, 2, 6, 5]
    busy = Related(to_airline, Quantifier.SOME, _compare("served", Operator.GT, 2))
    assert await ids(flight, filter=busy, order=(BY_ID,)) == [1, 2, 6]


async def test_the_rows_of_each_key_are_ordered_by_them(catalog, answers):
    """No index holds that order, so each key's rows are found first."""
    read = Read(
        catalog["Flight"],
        (("id",), ("tens",)),
        order=(Order(("tens",), descending=True), BY_ID),
        limit=2,
        batch=Batch(("carrier",), (("UA",), ("EV",))),
    )
    found = await answers(read)
    assert found["UA",].rows == [{"id": 6, "tens": 2}, {"id": 1, "tens": 1}]
    assert found["EV",].rows == [{"id": 4, "tens": 1}, {"id": 3, "tens": 0}]


async def test_groups_are_made_and_measured_by_them(source, catalog):
    """As by any column."""
    summary = Summary(
        catalog["Flight"],
        keys=(GroupKey(("is_late",), Scalar.BOOLEAN),),
        measures=(Measure(Function.COUNT), Measure(Function.SUM, ("tens",))),
        order=(Order(("is_late",)),),
    )
    (answers,) = await source.read([summary])
    assert answers[()].rows == [
        {"is_late": False, "count()": 2, "sum(tens)": 0},
        {"is_late": True, "count()": 3, "sum(tens)": 4},
        {"is_late": None, "count()": 1, "sum(tens)": None},
    ]


def test_only_what_is_asked_for_is_computed(catalog):
    """In a read of every column that is stored there is no expression."""
    airline = catalog["Airline"]
    stored = Read(airline, tuple((name,) for name in airline.stored_fields))
    statement = statement_for(catalog, stored)
    assert statement
    assert "count" not in statement.sql
