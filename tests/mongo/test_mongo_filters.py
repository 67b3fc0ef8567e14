"""In charge of filters: every operator on every type, null and missing, and what logic makes."""

import datetime
import decimal
import uuid

import pytest
from bson import Decimal128, Int64, ObjectId
from mongo_reads import compare, keys_of, rows_of

from catalog.query import ALWAYS, NEVER, And, IsNull, Not, Or

UTC = datetime.UTC
HOURS = [datetime.datetime(2013, 1, 1, hour, tzinfo=UTC) for hour in (5, 6, 7)]
TOKENS = [uuid.UUID(int=number) for number in (1, 2**64, 2**127)]

ORDERED = {
    "number": ([-3, 0, 7], [-3, 0, 7]),
    "big": ([-(2**63), 2**53 + 1, 2**63 - 1], [-(2**63), 2**53 + 1, 2**63 - 1]),
    "ratio": ([-1.5, 0.0, 1e300], [-1.5, 0.0, 1e300]),
    "price": (
        [decimal.Decimal("-0.1"), decimal.Decimal("0.10"), decimal.Decimal("12.5")],
        [Decimal128("-0.1"), Decimal128("0.1"), Decimal128("12.50")],
    ),
    "name": (["", "Z", "a"], ["", "Z", "a"]),
    "flag": ([False, True], [False, True]),
    "day": (
        [datetime.date(1969, 12, 31), datetime.date(2013, 1, 1), datetime.date(2013, 7, 4)],
        [
            datetime.datetime(1969, 12, 31, tzinfo=UTC),
            datetime.datetime(2013, 1, 1, tzinfo=UTC),
            datetime.datetime(2013, 7, 4, tzinfo=UTC),
        ],
    ),
    "clock": (
        [datetime.time(5), datetime.time(5, 0, 0, 250_000), datetime.time(23, 59, 59)],
        ["05:00:00", "05:00:00.250000", "23:59:59"],
    ),
    "opened": (HOURS, HOURS),
    "token": (TOKENS, TOKENS),
    "size": (["SMALL", "MEDIUM", "LARGE"], ["s", "m", "l"]),
    "ref": (["0" * 24, "507f1f77bcf86cd799439011", "f" * 24], None),
    "spot.height": ([1, 2, 3], [1, 2, 3]),
}


@pytest.fixture
def ordered(filled, raw):
    """A source over stations 1, 2 and 3 with rising values of a field, 8 with null, 9 without."""

    def source_with(field, stored):
        outer, _, inner = field.partition(".")
        values = [{inner: value} for value in stored] if inner else stored
        null = {inner: None} if inner else None
        documents = [{"_id": at, outer: value} for at, value in enumerate(values, 1)]
        return filled(stations=[*documents, {"_id": 8, outer: null}, {"_id": 9}])

    return source_with


@pytest.mark.parametrize("field", ORDERED)
async def test_comparisons_of_every_type(ordered, field):
    """Each operator finds the values it should, and never null or missing, nor does ``ne``."""
    values, stored = ORDERED[field]
    source = ordered(field, stored or [ObjectId(value) for value in values])
    every = list(range(1, len(values) + 1))
    middle = values[1]

    async def found(operator, value):
        return await keys_of(source, compare(field, operator, value))

    assert await found("eq", middle) == [2]
    assert await found("ne", middle) == [key for key in every if key != 2]
    assert await found("in", (values[0], middle)) == [1, 2]
    assert await found("in", ()) == []
    assert await found("notIn", (values[0], middle)) == every[2:]
    assert await found("notIn", ()) == every
    assert await found("lt", middle) == [1]
    assert await found("lte", middle) == [1, 2]
    assert await found("gt", middle) == every[2:]
    assert await found("gte", middle) == every[1:]
    assert await keys_of(source, IsNull(tuple(field.split(".")))) == [8, 9]


async def test_bytes_are_equal_or_not(ordered):
    """By all of their content; the stores share no order of bytes."""
    source = ordered("blob", [b"", b"\x00\xff", b"\x00"])
    assert await keys_of(source, compare("blob", "eq", b"\x00")) == [3]
    assert await keys_of(source, compare("blob", "notIn", (b"\x00", b""))) == [2]


async def test_numbers_compare_by_value_whatever_type_holds_them(ordered):
    """An Int field finds 5 as a double, as a decimal and as 64 bits."""
    source = ordered("number", [5, 5.0, Decimal128("5"), Int64(5), 5.5])
    assert await keys_of(source, compare("number", "eq", 5)) == [1, 2, 3, 4]
    assert await keys_of(source, compare("number", "gt", 5)) == [5]
    assert await keys_of(source, compare("number", "lt", 10**400)) == [1, 2, 3, 4, 5]
    assert await keys_of(source, compare("number", "eq", 2**63)) == []


async def test_a_decimal_of_more_digits_than_bson_holds_is_compared_not_rounded(ordered):
    """It equals nothing, and lies between its neighbours of 34 digits."""
    source = ordered(
        "price", [Decimal128("0.1"), Decimal128("0.1000000000000000000000000000000001")]
    )
    between = decimal.Decimal("0.10000000000000000000000000000000009")
    for operator, expected in (("eq", []), ("ne", [1, 2]), ("lt", [1]), ("lte", [1]), ("gt", [2])):
        assert await keys_of(source, compare("price", operator, between)) == expected
    assert await keys_of(source, compare("price", "gte", between.copy_negate())) == [1, 2]


TEXTS = ["plain", "50% off", "a_b", "tab\\%", "two\nlines", "two\n", "É", "$a", "[x]*", "", "ab"]


@pytest.fixture(scope="module")
def texts(filled):
    """A source over stations with these names, a null and none."""
    stations = [{"_id": at, "name": text} for at, text in enumerate(TEXTS)]
    return filled(stations=[*stations, {"_id": 98, "name": None}, {"_id": 99}])


@pytest.mark.parametrize(
    ("operator", "text", "found"),
    [
        ("startsWith", "two\n", ["two\nlines", "two\n"]),
        ("startsWith", "[x", ["[x]*"]),
        ("startsWith", "$", ["$a"]),
        ("startsWith", "", TEXTS),
        ("startsWith", "P", []),
        ("endsWith", "two", []),
        ("endsWith", "\n", ["two\n"]),
        ("endsWith", "]*", ["[x]*"]),
        ("contains", "%", ["50% off", "tab\\%"]),
        ("contains", "o\nl", ["two\nlines"]),
        ("contains", ".", []),
        ("like", "%", TEXTS),
        ("like", "", [""]),
        ("like", "two", []),
        ("like", "two_", ["two\n"]),
        ("like", "two%", ["two\nlines", "two\n"]),
        ("like", "a_", ["ab"]),
        ("like", "a_b", ["a_b"]),
        ("like", "a\\_b", ["a_b"]),
        ("like", "%\\%", ["tab\\%"]),
        ("like", "%\\\\\\%", ["tab\\%"]),
        ("like", "%0\\%%", ["50% off"]),
        ("like", "%a%b%", ["a_b", "tab\\%", "ab"]),
        ("like", "%l%i%i%", []),
        ("like", "%l%i%s", ["two\nlines"]),
        ("like", "é", []),
        ("ilike", "é", ["É"]),
        ("ilike", "PL%N", ["plain"]),
        ("ilike", "TWO\n", ["two\n"]),
        ("contains", "\0", []),
    ],
)
async def test_text_operators_take_what_is_typed_literally(texts, operator, text, found):
    """Only LIKE's own wildcards mean anything; lines are nothing special."""
    expected = [at for at, each in enumerate(TEXTS) if each in found]
    assert await keys_of(texts, compare("name", operator, text)) == expected


async def test_a_pattern_with_many_wildcards_is_no_attack(filled):
    """Text that almost matches is tried once, not once for each way to place the wildcards."""
    source = filled(stations=[{"_id": 1, "name": "a" * 5000}])
    assert await keys_of(source, compare("name", "like", "%a" * 40 + "%b%")) == []
    assert await keys_of(source, compare("name", "like", "%a" * 40 + "%")) == [1]


async def test_values_that_nothing_stored_can_equal(filled):
    """A malformed id, half a surrogate pair, an unknown member: no match and no error."""
    source = filled(stations=[{"_id": 1, "ref": ObjectId(), "name": "a", "size": "s"}])
    for path, value in (("ref", "nonsense"), ("name", "\ud800"), ("size", "HUGE")):
        assert await keys_of(source, compare(path, "eq", value)) == []
        assert await keys_of(source, compare(path, "in", (value,))) == []
        assert await keys_of(source, compare(path, "ne", value)) == [1]
        assert await keys_of(source, compare(path, "notIn", (value,))) == [1]
        assert await keys_of(source, compare(path, "lt", value)) == []
    assert await keys_of(source, compare("name", "like", "\ud800%")) == []
    assert await keys_of(source, compare("name", "eq", None)) == []


async def test_moments_between_two_milliseconds(filled):
    """BSON holds milliseconds; a bound between two of them still parts what is stored rightly."""
    hour = HOURS[0]
    later = hour + datetime.timedelta(microseconds=500)
    source = filled(stations=[{"_id": 1, "opened": hour}, {"_id": 2, "opened": HOURS[1]}])
    assert await keys_of(source, compare("opened", "lt", later)) == [1]
    assert await keys_of(source, compare("opened", "lte", later)) == [1]
    assert await keys_of(source, compare("opened", "gt", later)) == [2]
    assert await keys_of(source, compare("opened", "gte", later)) == [2]
    assert await keys_of(source, compare("opened", "eq", later)) == []
    end = datetime.datetime.max.replace(tzinfo=UTC)
    assert await keys_of(source, compare("opened", "lt", end)) == [1, 2]
    zone = datetime.timezone(datetime.timedelta(hours=-3))
    assert await keys_of(source, compare("opened", "eq", HOURS[1].astimezone(zone))) == [2]


async def test_logic(filled):
    """And, Or and Not in any nesting, and what they are when empty."""
    source = filled(stations=[{"_id": key, "number": key} for key in range(6)])
    small, large = compare("number", "lt", 2), compare("number", "gt", 3)
    assert await keys_of(source, ALWAYS) == [0, 1, 2, 3, 4, 5]
    assert await keys_of(source, NEVER) == []
    assert await keys_of(source, Or((small, large))) == [0, 1, 4, 5]
    assert await keys_of(source, And((Not(small), Not(large)))) == [2, 3]
    assert await keys_of(source, And((compare("number", "gt", 0), small))) == [1]
    assert await keys_of(source, Not(Or((small, NEVER, And((large, ALWAYS)))))) == [2, 3]
    assert await keys_of(source, Or((And((NEVER, large)), Not(Not(small))))) == [0, 1]


async def test_a_null_document_has_null_fields(filled):
    """Whether the document is null, or missing, or lacks the field."""
    stations = [{"_id": 1, "spot": None}, {"_id": 2}, {"_id": 3, "spot": {}}]
    source = filled(stations=[*stations, {"_id": 4, "spot": {"reg": "N", "height": None}}])
    assert await keys_of(source, IsNull(("spot",))) == [1, 2]
    assert await keys_of(source, IsNull(("spot", "region"))) == [1, 2, 3]
    assert await keys_of(source, compare("spot.region", "ne", "S")) == [4]


INJECTIONS = ["$where", "$name", "$$ROOT", "{$gt: ''}", "name", "$number", "'; return true; '", "~"]


@pytest.mark.parametrize("text", INJECTIONS)
async def test_text_never_acts_as_a_field_or_an_operator(filled, text):
    """Neither in queries nor in expressions nor as a key of a batch; it only equals itself."""
    source = filled(stations=[{"_id": 1, "name": "x"}, {"_id": 2, "name": text, "marks": [text]}])
    for operator in ("eq", "like", "startsWith", "contains", "gte"):
        found = await keys_of(source, compare("name", operator, text))
        assert 2 in found
        assert (1 in found) is (operator == "gte" and text < "x")
    assert await rows_of(source, "name", filter=compare("name", "in", (text,))) == [{"name": text}]
