"""In charge of values: every type goes in by a filter and comes out of a row as it should."""

import datetime
import decimal
import math
from typing import Any

import pytest
from postgres_rows import FULL

from catalog.errors import StoredValueError
from catalog.query import ALWAYS, Compare, Elements, IsNull, Not, Operator, Quantifier, Read
from catalog.types import ListType, Scalar, is_leaf

LEAVES = [
    name
    for name in FULL
    if name not in {"extra", "binary", "numbers", "words", "shades", "moments"}
]


async def test_every_type_comes_out_as_promised(catalog, answers):
    """Values, their Python types, and nulls."""
    sample = catalog["Sample"]
    fields = tuple((name,) for name in FULL)
    rows = (await answers(Read(sample, fields, filter=Compare(("id",), Operator.NE, 2))))[()].rows
    assert rows[0] == FULL
    assert [type(value) for value in rows[0].values()] == [type(value) for value in FULL.values()]
    assert rows[0]["naive"].tzinfo is datetime.UTC
    assert rows[0]["moment"].tzinfo is datetime.UTC
    assert rows[1] == dict.fromkeys(FULL) | {"id": 3}


@pytest.mark.parametrize("name", LEAVES)
async def test_every_type_is_compared(catalog, ids, name):
    """Each comparison, with a value that row 1 has and row 2 (if it differs) is beyond."""
    sample, value = catalog["Sample"], FULL[name]
    kind = sample.fields[name].type
    assert is_leaf(kind)

    async def found(operator: Operator, value: Any) -> set[int]:
        return set(await ids(sample, filter=Compare((name,), operator, value)))

    nulls = set() if name == "id" else {3}
    other = {1, 2, 3} - {1} - nulls
    assert await found(Operator.EQ, value) == {1}
    assert await found(Operator.NE, value) == other
    assert await found(Operator.IN, (value,)) == {1}
    assert await found(Operator.IN, ()) == set()
    assert await found(Operator.NOT_IN, (value,)) == other
    assert await found(Operator.NOT_IN, ()) == {1} | other
    below, beyond = (other, set()) if name == "flag" else (set(), other)
    assert await found(Operator.LT, value) == below
    assert await found(Operator.LTE, value) == below | {1}
    assert await found(Operator.GT, value) == beyond
    assert await found(Operator.GTE, value) == beyond | {1}
    for operator in set(Operator) - {Operator.IN, Operator.NOT_IN, Operator.SIMILAR}:
        if operator in _ANY_TYPE or kind is Scalar.STRING:
            assert await found(operator, None) == set()


_ANY_TYPE = {Operator.EQ, Operator.NE, Operator.LT, Operator.LTE, Operator.GT, Operator.GTE}


async def test_an_enum_in_an_array_is_compared_by_its_name(catalog, ids):
    """Elements have the type that the array holds."""
    sample = catalog["Sample"]
    for name, value in (("shades", "CLEAR"), ("numbers", 3), ("words", "b%")):
        assert isinstance(sample.fields[name].type, ListType)
        filter = Elements((name,), Quantifier.SOME, Compare((), Operator.EQ, value))
        expected = [1] if name == "numbers" else [1, 2]
        assert sorted(await ids(sample, filter=filter)) == expected


async def test_a_value_beyond_the_column_is_compared_not_refused(catalog, ids):
    """Numbers that the column's own type cannot hold, and text longer than it may be."""
    sample = catalog["Sample"]
    for name, value in (
        ("small", 100_000),
        ("single", 1e300),
        ("inexact", math.inf),
        ("price", decimal.Decimal("12.505")),
        ("price", decimal.Decimal("1E+100")),
        ("short", "abc too long"),
        ("code", "abcd"),
    ):
        equal = Compare((name,), Operator.EQ, value)
        assert await ids(sample, filter=equal) == []
        below = Compare((name,), Operator.LT, value)
        assert 1 in await ids(sample, filter=below)


async def test_an_exact_column_read_as_floats_is_compared_as_it_is_shown(catalog, ids, admin):
    """Else the cursor of a row would not find that row, and paging would not end."""
    admin.execute("insert into air.sample (id, inexact) values (52, 0.30000000000000000001)")
    try:
        shown = Compare(("inexact",), Operator.EQ, 0.3)
        beyond = Compare(("inexact",), Operator.GT, 0.3)
        assert await ids(catalog["Sample"], filter=shown) == [52]
        assert 52 not in await ids(catalog["Sample"], filter=beyond)
    finally:
        admin.execute("delete from air.sample where id = 52")


@pytest.mark.parametrize("text", ["\0", "Zürich\0", "Z\ud800", "z\udfff", "\0\ud800"])
async def test_text_that_no_column_can_hold_is_compared_by_code_points(catalog, ids, text):
    """As Python compares it with what the column holds: no error reaches the client."""
    sample, held = catalog["Sample"], {1: "Zürich", 2: "z"}
    compared = {
        Operator.EQ: lambda value: value == text,
        Operator.NE: lambda value: value != text,
        Operator.LT: lambda value: value < text,
        Operator.LTE: lambda value: value <= text,
        Operator.GT: lambda value: value > text,
        Operator.GTE: lambda value: value >= text,
        Operator.STARTS_WITH: lambda value: value.startswith(text),
        Operator.ILIKE: lambda value: value == text,
    }
    for operator, holds in compared.items():
        expected = {id for id, value in held.items() if holds(value)}
        assert set(await ids(sample, filter=Compare(("text",), operator, text))) == expected
    among = Compare(("text",), Operator.IN, (text, "z"))
    assert await ids(sample, filter=among) == [2]


async def test_a_json_null_is_null_like_the_databases(catalog, ids, admin):
    """SQLAlchemy writes None as JSON's null; both come out as None and are null in a filter."""
    sample = catalog["Sample"]
    admin.execute("insert into air.sample (id, extra, \"binary\") values (50, ' null ', 'null')")
    try:
        for name in ("extra", "binary"):
            null = IsNull((name,))
            assert set(await ids(sample, filter=null)) == {3, 50}
            assert set(await ids(sample, filter=Not(null))) == {1, 2}
    finally:
        admin.execute("delete from air.sample where id = 50")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e400", 10**400),
        ("[-15e399, 1.5, 99999999999999999999]", [-15 * 10**399, 1.5, 99999999999999999999]),
        ('{"a": 1e4299}', {"a": 10**4299}),
        ("1e4300", None),
        (f"{'9' * 400}.5", None),
        ("1e99999999999999999999", None),
        (f"{'[' * 4000}{']' * 4000}", None),
    ],
)
async def test_a_number_in_json_that_no_float_can_be_is_the_number_or_an_error(
    catalog, answers, admin, written, value
):
    """Never infinity, which no JSON has; whole ones are served to their last digit."""
    admin.execute("insert into air.sample (id, extra) values (52, %s)", [written])
    try:
        read = Read(catalog["Sample"], (("extra",),), filter=Compare(("id",), Operator.EQ, 52))
        (row,) = (await answers(read))[()].rows
        if value is None:
            assert isinstance(row["extra"], StoredValueError)
        else:
            assert row == {"extra": value}
    finally:
        admin.execute("delete from air.sample where id = 52")


async def test_a_stored_value_that_cannot_be_served_spoils_only_itself(catalog, answers, admin):
    """Infinity, years beyond Python's, midnight as 24:00, a label that the model lacks."""
    admin.execute(
        'insert into air.sample (id, text, day, moment, naive, clock, "tint %", moments) values'
        " (51, 'kept', 'infinity', '0044-03-15 BC', '20000-01-01', '24:00', 'PINK', '{-infinity}')"
    )
    try:
        names = ("text", "day", "moment", "naive", "clock", "tint", "moments")
        read = Read(
            catalog["Sample"],
            tuple((name,) for name in names),
            filter=Compare(("id",), Operator.EQ, 51),
        )
        (row,) = (await answers(read))[()].rows
    finally:
        admin.execute("delete from air.sample where id = 51")
    assert row["text"] == "kept"
    assert all(isinstance(row[name], StoredValueError) for name in names[1:-1])
    assert isinstance(row["moments"][0], StoredValueError)
    assert str(row["day"]) == "The stored value is no Date that can be served."


async def test_a_column_of_another_type_than_the_models(catalog, opened, url, admin):
    """What converts without loss is served; else each value is an error, and null is null."""
    admin.execute("create database strange")
    elsewhere = url.replace("/app?", "/strange?")
    source = opened(catalog, elsewhere)
    with type(admin).connect(elsewhere, autocommit=True) as strange:
        strange.execute("create schema air; create type air.kind as enum ('EV')")
        strange.execute(
            "create table air.sample as select 1 id, 2::int8 price, 3::numeric ratio,"
            " 'x' \"whole\","
            " 4 \"text\", 'EV'::air.kind short, false \"day\", 'nonsense' hexed, '{1}'::int[] flag,"
            " 5 numbers, '{a}'::text[] moments, null::int token"
        )
    names = ("price", "ratio", "whole", "text", "short", "day", "hexed", "flag", "numbers")
    fields = tuple((name,) for name in (*names, "moments", "token"))
    read = Read(catalog["Sample"], fields, filter=ALWAYS)
    ((answer,),) = [list(each.values()) for each in await source.read([read])]
    (row,) = answer.rows
    assert row["price"] == decimal.Decimal(2)
    assert (row["ratio"], row["short"], row["token"]) == (3.0, "EV", None)
    wrong = {name for name, value in row.items() if isinstance(value, StoredValueError)}
    assert wrong == {"whole", "text", "day", "hexed", "flag", "numbers"}
    assert isinstance(row["moments"][0], StoredValueError)
