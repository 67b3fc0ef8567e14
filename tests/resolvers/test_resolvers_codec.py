"""Values as JSON and back: exact for every type, and nothing else gets in."""

import datetime
import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.codec import decoded, encoded
from catalog.types import DocumentType, EnumType, Field, FieldType, ListType, Scalar

SIZE = EnumType("Size", {"SMALL": 1, "LARGE": 2})
INNER = DocumentType("Inner", {"a": Field("a", "a", "a", Scalar.DECIMAL, nullable=True)})
OUTER = DocumentType(
    "Outer",
    {
        "inner": Field("inner", "inner", "i", INNER, nullable=True),
        "inners": Field("inners", "inners", "is", ListType(INNER), nullable=True),
        "size": Field("size", "size", "size", SIZE, nullable=True),
    },
)
inner = st.fixed_dictionaries({}, optional={"a": st.none() | st.decimals(allow_nan=False)})
VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    Scalar.INT: st.integers(-(2**31), 2**31 - 1),
    Scalar.BIGINT: st.integers(-(2**63), 2**63 - 1),
    Scalar.FLOAT: st.floats(allow_nan=False),
    Scalar.DECIMAL: st.decimals(allow_nan=False),
    Scalar.STRING: st.text(st.characters(exclude_categories=("Cs",))),
    Scalar.BOOLEAN: st.booleans(),
    Scalar.DATE: st.dates(),
    Scalar.TIME: st.times().map(lambda clock: clock.replace(fold=0)),
    Scalar.DATETIME: st.datetimes().map(lambda moment: moment.replace(tzinfo=datetime.UTC, fold=0)),
    Scalar.UUID: st.uuids(),
    Scalar.BYTES: st.binary(),
    Scalar.JSON: st.dictionaries(st.text(), st.lists(st.none() | st.integers(-9, 9))),
    Scalar.OBJECT_ID: st.from_regex(r"[0-9a-f]{24}", fullmatch=True),
    SIZE: st.sampled_from(list(SIZE.members)),
    ListType(Scalar.DATE, items_nullable=True): st.lists(st.none() | st.dates()),
    ListType(ListType(Scalar.INT)): st.lists(st.lists(st.integers(-9, 9))),
    OUTER: st.fixed_dictionaries(
        {},
        optional={"inner": st.none() | inner, "inners": st.lists(inner), "size": st.just("LARGE")},
    ),
}
by_name = {str(getattr(kind, "name", kind)): kind for kind in VALUES}


@pytest.mark.parametrize("name", by_name)
@settings(max_examples=30)
@given(st.data())
def test_a_value_comes_back_as_it_was(name, data):
    """By either JSON library, and of the same Python type; null is null for every type."""
    kind = by_name[name]
    value = data.draw(st.none() | VALUES[kind])
    written = encoded(kind, value)
    for through in (
        json.loads(json.dumps(written)),
        orjson.loads(orjson.dumps(written)),
    ):
        again = decoded(kind, through)
        assert again == value
        assert type(again) is type(value)
        assert repr(again) == repr(value)


def test_a_float_without_a_number_comes_back():
    """JSON has no NaN."""
    assert math.isnan(
        decoded(Scalar.FLOAT, orjson.loads(orjson.dumps(encoded(Scalar.FLOAT, math.nan))))
    )


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("name", [name for name in by_name if by_name[name] not in (SIZE, OUTER)])
@settings(max_examples=60)
@given(anything)
def test_anything_else_is_a_value_error(name, value):
    """What does decode is a value of the type, which encodes and decodes to itself."""
    kind = by_name[name]
    try:
        found = decoded(kind, value)
    except ValueError:
        return
    if found is not None and not isinstance(found, float):
        assert decoded(kind, encoded(kind, found)) == found


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Scalar.INT, 2**31),
        (Scalar.INT, True),
        (Scalar.INT, 1.0),
        (Scalar.BIGINT, 2**63),
        (Scalar.BIGINT, "1"),
        (Scalar.FLOAT, "x"),
        (Scalar.FLOAT, 10**400),
        (Scalar.DECIMAL, 1),
        (Scalar.DECIMAL, "x"),
        (Scalar.DECIMAL, "sNaN"),
        (Scalar.STRING, 1),
        (Scalar.BOOLEAN, 1),
        (Scalar.DATE, "2024-02-30"),
        (Scalar.DATE, "2024-02-03T00:00:00Z"),
        (Scalar.TIME, "25:00"),
        (Scalar.TIME, "10:00+02:00"),
        (Scalar.DATETIME, "2024-01-01T00:00:00"),
        (Scalar.DATETIME, 1700000000),
        (Scalar.UUID, "x"),
        (Scalar.BYTES, "%"),
        (Scalar.BYTES, "AAA"),
        (Scalar.OBJECT_ID, 5),
        (SIZE, "HUGE"),
        (SIZE, 1),
        (ListType(Scalar.INT), {"0": 1}),
        (ListType(Scalar.INT), ["1"]),
        (OUTER, []),
        (OUTER, {"other": 1}),
        (OUTER, {"inner": {"a": 1}}),
        (OUTER, {"inners": {}}),
    ],
)
def test_near_misses_are_refused(kind, value):
    """Right in form and wrong in type or range."""
    with pytest.raises(ValueError, match=r"."):
        decoded(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Scalar.FLOAT, True),
        (SIZE, []),
        (OUTER, {"size": {}}),
    ],
)
def test_what_no_source_returns_is_refused(kind, value):
    """A bool for a number, and for an enum's name what cannot be looked up."""
    with pytest.raises(ValueError, match=r"."):
        decoded(kind, value)
