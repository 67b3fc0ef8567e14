"""In charge of what filters mean in Postgres, beside the comparisons of each type."""

import pytest

from catalog.query import (
    ALWAYS,
    NEVER,
    And,
    Compare,
    Elements,
    IsNull,
    Not,
    Operator,
    Or,
    Quantifier,
    Read,
    Related,
)

SOME, EVERY, NONE = Quantifier.SOME, Quantifier.EVERY, Quantifier.NONE
LATE = Compare(("delay",), Operator.GT, 5)


def _is(name, value):
    return Compare((name,), Operator.EQ, value)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (ALWAYS, {1, 2, 3, 4, 5, 6}),
        (NEVER, set()),
        (Not(ALWAYS), set()),
        (Not(NEVER), {1, 2, 3, 4, 5, 6}),
        (And((LATE, _is("carrier", "UA"))), {1, 6}),
        (Or((LATE, _is("carrier", "UA"))), {1, 2, 4, 6}),
        (Or((And((LATE, _is("place", "LGA"))), _is("id", 3))), {3, 4}),
        (IsNull(("delay",)), {2}),
        (Not(IsNull(("delay",))), {1, 3, 4, 5, 6}),
        (Not(LATE), {2, 3, 5}),
        (Not(Not(LATE)), {1, 4, 6}),
        (Not(And((LATE, _is("carrier", "UA")))), {2, 3, 4, 5}),
        (Not(Or((LATE, _is("carrier", "UA")))), {3, 5}),
        (Not(Compare(("delay",), Operator.NOT_IN, (10,))), {1, 2, 4}),
        (Compare(("delay",), Operator.IN, (None, 10)), {1, 4}),
        (Compare(("delay",), Operator.NOT_IN, (None, 10)), {3, 5, 6}),
    ],
    ids=str,
)
async def test_filters_are_true_or_false_never_unknown(catalog, ids, filter, expected):
    """Null compares false, and Not is the exact complement of that."""
    assert set(await ids(catalog["Flight"], filter=filter)) == expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (Operator.LIKE, "United", {"UA"}),
        (Operator.LIKE, "united", set()),
        (Operator.LIKE, "%e%", {"UA", "EV", "AA"}),
        (Operator.LIKE, "U_ited", {"UA"}),
        (Operator.LIKE, "Unite", set()),
        (Operator.LIKE, "United\\", set()),
        (Operator.LIKE, "U\\nited", {"UA"}),
        (Operator.LIKE, "U\\_ited", set()),
        (Operator.ILIKE, "uNITED", {"UA"}),
        (Operator.STARTS_WITH, "Un", {"UA"}),
        (Operator.STARTS_WITH, "un", set()),
        (Operator.STARTS_WITH, "U%", set()),
        (Operator.ENDS_WITH, "n", {"AA"}),
        (Operator.ENDS_WITH, "_", set()),
        (Operator.CONTAINS, "press", {"EV"}),
        (Operator.CONTAINS, "\\", set()),
        (Operator.CONTAINS, "", {"UA", "EV", "AA"}),
    ],
)
async def test_text_is_matched_by_pattern_or_literally(catalog, answers, operator, value, expected):
    """Wildcards and escapes count in ``like`` and ``ilike`` only."""
    read = Read(catalog["Airline"], (("code",),), filter=Compare(("name",), operator, value))
    assert {row["code"] for row in (await answers(read))[()].rows} == expected


@pytest.mark.parametrize(
    ("name", "quantifier", "filter", "expected"),
    [
        ("numbers", SOME, Compare((), Operator.GT, 2), {1}),
        ("numbers", SOME, IsNull(()), {1}),
        ("numbers", SOME, ALWAYS, {1}),
        ("numbers", EVERY, Compare((), Operator.GT, 0), {2}),
        ("numbers", EVERY, Or((Compare((), Operator.GT, 0), IsNull(()))), {1, 2}),
        ("numbers", NONE, Compare((), Operator.GT, 2), {2}),
        ("numbers", NONE, Not(Compare((), Operator.GT, 0)), {2}),
        ("words", SOME, Compare((), Operator.ENDS_WITH, "%"), {1, 2}),
        ("words", EVERY, Compare((), Operator.IN, ("a", "b%")), {1, 2}),
        ("shades", EVERY, Compare((), Operator.NE, "DARK"), {1, 2}),
        ("shades", NONE, Compare((), Operator.LT, "DARK"), set()),
    ],
)
async def test_elements_of_arrays(catalog, ids, name, quantifier, filter, expected):
    """Of an empty array every and none hold; of a null one nothing does, but its complement."""
    sample, elements = catalog["Sample"], Elements((name,), quantifier, filter)
    assert set(await ids(sample, filter=elements)) == expected
    assert set(await ids(sample, filter=Not(elements))) == {1, 2, 3} - expected


@pytest.mark.parametrize(
    ("name", "quantifier", "filter", "expected"),
    [
        ("airline", SOME, ALWAYS, {1, 2, 3, 4, 6}),
        ("airline", SOME, _is("name", "United"), {1, 2, 6}),
        ("airline", SOME, IsNull(("parent_code",)), {1, 2, 6}),
        ("airline", NONE, ALWAYS, {5}),
        ("weather", SOME, Compare(("wind",), Operator.GT, 1.0), {1, 3, 6}),
        ("weather", SOME, Not(Compare(("wind",), Operator.GT, 1.0)), {2}),
        ("pilots", SOME, _is("name", "Bo"), {1, 6}),
        ("pilots", EVERY, _is("name", "Bo"), {4, 5, 6}),
        ("pilots", NONE, _is("name", "Bo"), {2, 3, 4, 5}),
        ("relieved", SOME, ALWAYS, {1, 2}),
    ],
)
async def test_rows_of_relations(catalog, ids, name, quantifier, filter, expected):
    """To one, to one by two fields, and to many through a link table."""
    flight = catalog["Flight"]
    related = Related(flight.relations[name], quantifier, filter)
    assert set(await ids(flight, filter=related)) == expected
    assert set(await ids(flight, filter=Not(related))) == {1, 2, 3, 4, 5, 6} - expected


async def test_relations_nest_and_may_lead_to_the_same_table(catalog, ids):
    """Each step names its tables anew."""
    flight, airline = catalog["Flight"], catalog["Airline"]
    united = Related(airline.relations["parent"], SOME, _is("name", "United"))
    assert await ids(flight, filter=Related(flight.relations["airline"], SOME, united)) == [3, 4]
    windy = Related(catalog["Weather"].relations["flights"], SOME, _is("delay", 20))
    assert await ids(flight, filter=Related(flight.relations["weather"], SOME, windy)) == [1, 6]
