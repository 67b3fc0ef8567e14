"""In charge of groups of what documents really hold: other numbers, other types, missing keys."""

import datetime
import decimal

from bson import Decimal128, Int64
from mongo_models import STATION

from catalog.errors import StoredValueError
from catalog.query import Order
from catalog.summary import Function, GroupKey, Measure, Span, Summary, Unit
from catalog.types import Scalar

COUNT = Measure(Function.COUNT)


async def groups(source, *measures, keys=(), **options):
    """The groups as plain tuples: keys first."""
    order = tuple(Order((key.name,)) for key in keys)
    summary = Summary(STATION, keys, measures, order=order, **options)
    (answers,) = await source.read([summary])
    return [tuple(row.values()) for row in answers[()].rows]


def measures(name: str) -> list[Measure]:
    """All that can be asked of numbers."""
    functions = (Function.SUM, Function.AVG, Function.MIN, Function.MAX, Function.COUNT_DISTINCT)
    return [Measure(function, (name,)) for function in functions]


async def test_numbers_of_any_bson_type(filled):
    """A whole number may be stored as a double, a decimal one as a whole one."""
    stored = [{"number": 5, "price": 2}, {"number": 2.0, "price": Decimal128("0.50")}]
    source = filled(stations=[{"_id": key, **each} for key, each in enumerate(stored)])
    assert await groups(source, *measures("number")) == [(7, 3.5, 2, 5, 2)]
    price = decimal.Decimal("0.5"), decimal.Decimal(2)
    assert await groups(source, *measures("price")) == [
        (decimal.Decimal("2.5"), decimal.Decimal("1.25"), *price, 2)
    ]


async def test_sums_of_longs_are_exact(filled):
    """Beyond 64 bits, where MongoDB's own become doubles."""
    source = filled(stations=[{"_id": key, "big": Int64(2**63 - 1)} for key in range(3)])
    assert await groups(source, Measure(Function.SUM, ("big",)), COUNT) == [
        (decimal.Decimal(3 * (2**63 - 1)), 3)
    ]


async def test_missing_and_null_are_one_group(filled):
    """Also inside a document that is missing."""
    stored = [{}, {"spot": None}, {"spot": {}}, {"spot": {"reg": None}}, {"spot": {"reg": "N"}}]
    source = filled(stations=[{"_id": key, **each} for key, each in enumerate(stored)])
    keys = (GroupKey(("spot", "region"), Scalar.STRING),)
    assert await groups(source, COUNT, keys=keys) == [("N", 1), (None, 4)]


async def test_values_of_another_type_fail_no_command(filled):
    """They are left out of sums; as a key, or as an extreme, they are an error in their place."""
    stored = [
        {"number": 5, "big": 5, "opened": datetime.datetime(2013, 5, 6, tzinfo=datetime.UTC)},
        {"number": "five", "big": "five", "opened": "in May"},
    ]
    source = filled(stations=[{"_id": key, **each} for key, each in enumerate(stored)])
    asked = [Measure(Function.SUM, (name,)) for name in ("number", "big")]
    asked += [Measure(Function.AVG, ("big",)), Measure(Function.MAX, ("number",))]
    ((*numbers, greatest),) = await groups(source, *asked)
    assert numbers == [5, decimal.Decimal(5), 5.0]
    assert isinstance(greatest, StoredValueError)
    keys = (GroupKey(("opened",), Scalar.DATETIME, span=Span(Unit.YEAR)),)
    found = await groups(source, COUNT, keys=keys)
    assert (datetime.datetime(2013, 1, 1, tzinfo=datetime.UTC), 1) in found
    assert [key for key, _ in found if isinstance(key, StoredValueError)]


async def test_the_collection_may_be_missing(filled):
    """Then there is nothing, but a count of it."""
    source = filled()
    assert await groups(source, COUNT, Measure(Function.SUM, ("number",))) == [(0, None)]
    assert await groups(source, COUNT, keys=(GroupKey(("name",), Scalar.STRING),)) == []
