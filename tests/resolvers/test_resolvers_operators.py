"""Every operator on every type, written into the query and given by variables."""

import operator
from decimal import Decimal
from typing import Any

import pytest

from tests.library.library import Library
from tests.library.literals import Name, literal
from tests.library.rows import book_id, review_id

RANGE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
EQUALITY = ("eq", "ne")
FIELDS = {
    ("books", "id"): RANGE,
    ("books", "isbn"): RANGE,
    ("books", "title"): RANGE,
    ("books", "genre"): EQUALITY,
    ("books", "price"): RANGE,
    ("books", "pages"): RANGE,
    ("books", "rating"): RANGE,
    ("books", "sold"): RANGE,
    ("books", "inPrint"): EQUALITY,
    ("books", "published"): RANGE,
    ("books", "addedAt"): RANGE,
    ("books", "readingHour"): RANGE,
    ("books", "cover"): EQUALITY,
    ("reviews", "id"): RANGE,
    ("reviews", "verdict"): EQUALITY,
    ("reviews", "paid"): RANGE,
    ("reviews", "writtenAt"): RANGE,
    ("shelves", "litFrom"): RANGE,
}
KIND = {"books": "Book", "reviews": "Review", "shelves": "Shelf"}


async def found(library: Library, root: str, where: dict[str, Any]) -> list[str]:
    """The rows that a filter finds: the same by literal and by variable, asked as well of total."""
    by_literal = await library.data(
        f"{{ {root}(where: {literal(where)}) {{ totalCount nodes {{ nodeId }} }} }}"
    )
    by_variable = await library.data(
        f"query($where: {KIND[root]}Filter) {{"
        f" {root}(where: $where) {{ totalCount nodes {{ nodeId }} }} }}",
        where=where,
    )
    assert by_literal == by_variable
    nodes = by_literal[root]["nodes"]
    assert by_literal[root]["totalCount"] == len(nodes)
    return [node["nodeId"] for node in nodes]


def stored(library: Library, root: str, field: str) -> list[Any]:
    """The values in the store, in the order of the key."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field)
    tables = library.tables | library.documents
    return [row.get(name) for row in tables[KIND[root]]]


@pytest.mark.parametrize(("root", "field"), FIELDS)
async def test_comparisons_find_what_they_say(library, root, field):
    """With each value as the server itself writes it; nothing is ever true of null."""
    data = await library.data(f"{{ {root} {{ nodes {{ nodeId {field} }} }} }}")
    nodes, values = data[root]["nodes"], stored(library, root, field)
    assert len([value for value in values if value is not None]) > 1
    for node, value in zip(nodes, values, strict=True):
        if value is None:
            continue
        written = node[field] if field not in ("genre", "verdict") else Name(node[field])
        for name in FIELDS[root, field]:
            expected = [
                other["nodeId"]
                for other, its in zip(nodes, values, strict=True)
                if its is not None and RANGE[name](its, value)
            ]
            assert await found(library, root, {field: {name: written}}) == expected, (name, value)


@pytest.mark.parametrize(("root", "field"), [key for key in FIELDS if key != ("books", "inPrint")])
async def test_lists_of_values_and_null(library, root, field):
    """`in` and `notIn` part the rows that have a value; `isNull` parts all rows."""
    data = await library.data(f"{{ {root} {{ nodes {{ nodeId {field} }} }} }}")
    nodes = data[root]["nodes"]
    as_written = Name if field in ("genre", "verdict") else (lambda value: value)
    some = [as_written(node[field]) for node in nodes[:2] if node[field] is not None]
    has = [node["nodeId"] for node in nodes if node[field] is not None]
    within = [node["nodeId"] for node in nodes if node[field] in some]
    assert await found(library, root, {field: {"in": some}}) == within
    without = [row for row in has if row not in within]
    assert await found(library, root, {field: {"notIn": some}}) == without
    assert await found(library, root, {field: {"in": []}}) == []
    assert await found(library, root, {field: {"notIn": []}}) == has
    assert await found(library, root, {field: {"isNull": False}}) == has
    null = [node["nodeId"] for node in nodes if node["nodeId"] not in has]
    assert await found(library, root, {field: {"isNull": True}}) == null


@pytest.mark.parametrize(
    ("operators", "expected"),
    [
        ({"like": "%s%"}, "1 2 3 4 6"),
        ({"like": "_ust"}, "4 6"),
        ({"like": "%100\\%"}, "3"),
        ({"like": "dust"}, ""),
        ({"ilike": "dUST"}, "4 6"),
        ({"ilike": "éMILE"}, "5"),
        ({"startsWith": "D"}, "4 6"),
        ({"startsWith": "d"}, ""),
        ({"endsWith": "s"}, "1 2"),
        ({"contains": "100%"}, "3"),
        ({"contains": "_"}, ""),
        ({"contains": ""}, "1 2 3 4 5 6"),
        ({"gt": "a"}, "2 5"),
        ({"startsWith": "D", "endsWith": "t", "ne": "Dist"}, "4 6"),
    ],
)
async def test_patterns_of_text(library, operators, expected):
    """Wildcards only in `like` and `ilike`; operators side by side must all hold."""
    data = await library.data(
        "query($where: BookFilter) { books(where: $where) { nodes { isbn } } }",
        where={"title": operators},
    )
    assert " ".join(node["isbn"][1:] for node in data["books"]["nodes"]) == expected


async def test_values_may_be_written_in_other_ways(library):
    """Another time zone, another number of zeros, numbers as text where JSON has no room."""
    only = {"isbn": {"eq": "i1"}}
    for same in (
        {"addedAt": {"eq": "2024-05-01T14:30:00+02:00"}},
        {"price": {"eq": "9.9000"}},
        {"sold": {"eq": 2**40}},
        {"sold": {"eq": str(2**40)}},
        {"id": {"eq": book_id(1).hex}},
        {"readingHour": {"eq": "09:15"}},
    ):
        data = await library.data(
            "query($where: BookFilter) { books(where: $where) { nodes { isbn } } }",
            where={"and": [only, same]},
        )
        assert data["books"]["nodes"] == [{"isbn": "i1"}], same


@pytest.mark.parametrize(
    "where",
    [
        {"pages": {"eq": "120"}},
        {"pages": {"eq": 2**31}},
        {"pages": {"eq": 1.5}},
        {"sold": {"eq": 2**63}},
        {"sold": {"eq": "x"}},
        {"price": {"eq": "cheap"}},
        {"published": {"eq": "2024-02-30"}},
        {"addedAt": {"gt": "yesterday"}},
        {"readingHour": {"eq": "25:00"}},
        {"cover": {"eq": "%"}},
        {"id": {"eq": "x"}},
        {"genre": {"eq": "n"}},
        {"genre": {"eq": "COOKERY"}},
        {"title": {"eq": 5}},
        {"title": {"in": ["a", None]}},
        {"inPrint": {"eq": "true"}},
        {"rating": {"eq": "4.5"}},
        {"nope": {"eq": 1}},
        {"title": {"near": "x"}},
        {"extra": {"eq": {}}},
    ],
)
async def test_values_of_another_type_are_refused(library, where):
    """By variable and by literal; before anything is read."""
    query = "query($where: BookFilter) { books(where: $where) { totalCount } }"
    assert await library.code(query, where=where) == "BAD_USER_INPUT"
    written = f"{{ books(where: {literal(where)}) {{ totalCount }} }}"
    assert await library.code(written) == "GRAPHQL_VALIDATION_FAILED"
    assert library.reads() == []


async def test_an_object_id_that_is_none_finds_nothing(library):
    """An ID is any text to GraphQL."""
    assert await found(library, "reviews", {"id": {"eq": "zzz"}}) == []
    assert len(await found(library, "reviews", {"id": {"in": ["", review_id(2)]}})) == 1


@pytest.mark.parametrize("text", ["sNaN", "NaN", "-Infinity", "1e6144", "1e-99999", "0e999999"])
async def test_a_decimal_that_no_store_compares_with_is_refused(library, text):
    """It parses as a decimal, but is no number, or is beyond what databases hold."""
    query = "query($than: Decimal) { books(where: {price: {lt: $than}}) { totalCount } }"
    assert await library.code(query, than=text) == "BAD_USER_INPUT"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
async def test_a_moment_that_utc_cannot_tell_is_refused(library, moment):
    """An offset may lead out of the years that there are."""
    query = "query($at: DateTime) { books(where: {addedAt: {lt: $at}}) { totalCount } }"
    assert await library.code(query, at=moment) == "BAD_USER_INPUT"


@pytest.mark.parametrize("where", ["pages: {eq: %s}", "sold: {eq: %s}", "extra: {isNull: %s}"])
async def test_a_literal_of_thousands_of_digits_is_refused(library, where):
    """Python refuses to read it, which is nobody's fault but the client's."""
    query = "{ books(where: {%s}) { totalCount } }" % (where % ("9" * 5000))
    assert await library.code(query) == "GRAPHQL_VALIDATION_FAILED"


async def test_a_decimal_is_read_by_its_digits(library):
    """Also as a number in the document, which Python would round; and written out in full."""
    library.tables["Book"][0]["price"] = Decimal("1234567890.12345678901")
    library.tables["Book"][1]["price"] = Decimal("0E-10")
    query = "{ books(where: {price: {eq: 1234567890.12345678901}}) { nodes { price } } }"
    data = await library.data(query)
    assert data == {"books": {"nodes": [{"price": "1234567890.12345678901"}]}}
    data = await library.data("{ books(where: {price: {eq: 0}}) { nodes { price } } }")
    assert data == {"books": {"nodes": [{"price": "0.0000000000"}]}}


@pytest.mark.parametrize("text", ["1_000", " 1 ", "٣", "", "0x1", "true", "one"])
async def test_a_decimal_is_written_in_plain_digits(library, text):
    """What Python would take besides is refused."""
    query = "query($p: Decimal) { books(where: {price: {eq: $p}}) { totalCount } }"
    assert await library.code(query, p=text) == "BAD_USER_INPUT"


async def test_a_time_with_an_offset_is_refused(library):
    """A time of day is the same everywhere; an offset would be dropped."""
    query = "query($t: Time) { books(where: {readingHour: {eq: $t}}) { totalCount } }"
    assert await library.code(query, t="09:15+02:00") == "BAD_USER_INPUT"
