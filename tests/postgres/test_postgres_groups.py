"""In charge of groups over columns of every type, as Postgres computes them."""

import datetime
import decimal
import uuid

import pytest
from postgres_rows import TOKEN

from catalog.query import Compare, Operator, Order
from catalog.summary import Function, GroupKey, Measure, Span, Summary, Unit, result_of

UTC = datetime.UTC


@pytest.fixture
def groups(answers, catalog):
    """The groups of samples as plain tuples: keys first."""

    async def groups_of(*measures, keys=(), **options):
        order = tuple(Order((key.name,)) for key in keys)
        summary = Summary(catalog["Sample"], keys, measures, order=order, **options)
        return [tuple(row.values()) for row in (await answers(summary))[()].rows]

    return groups_of


@pytest.mark.parametrize(
    ("name", "total", "mean"),
    [
        ("small", 15, 7.5),
        ("whole", 15, 7.5),
        ("big", decimal.Decimal(2**63 + 1), float(2**62)),
        ("ratio", pytest.approx(0.3), pytest.approx(0.15)),
        ("single", 2.0, 1.0),
        ("inexact", pytest.approx(0.3), pytest.approx(0.15)),
        ("price", decimal.Decimal("25.01"), decimal.Decimal("12.505")),
    ],
)
async def test_numbers(groups, name, total, mean):
    """Sums and means have the types that the catalog says; nulls are left out."""
    asked = [Measure(function, (name,)) for function in (Function.SUM, Function.AVG)]
    ((found_total, found_mean),) = await groups(*asked)
    assert (found_total, found_mean) == (total, mean)
    assert not str(found_mean).endswith("00")
    spread = [Measure(function, (name,)) for function in (Function.STDDEV, Function.VARIANCE)]
    ((deviation, variance),) = await groups(*spread)
    assert type(deviation) is type(variance) is float


async def test_extremes_of_every_ordered_type(groups, catalog):
    """UUIDs too, of which Postgres has no least, whether native or as text."""
    fields = catalog["Sample"].fields.values()
    ordered = [field.name for field in fields if result_of(Function.MIN, field.type)]
    ((*least,),) = await groups(*(Measure(Function.MIN, (name,)) for name in ordered))
    found = dict(zip(ordered, least, strict=True))
    assert (found["token"], found["hexed"]) == (TOKEN, TOKEN)
    assert found["clock"] == datetime.time(5, 7, 0, 250000)
    assert found["naive"] == found["moment"] == datetime.datetime(2013, 1, 2, 5, tzinfo=UTC)
    assert found["code"] == "abc"


async def test_having_over_extremes(groups):
    """The parameters have the types of the results."""
    greatest = Measure(Function.MAX, ("token",))
    late = Compare((greatest.name,), Operator.GT, uuid.UUID(int=255))
    assert await groups(greatest, having=late) == [(uuid.UUID(int=256),)]


async def test_keys_of_every_type(groups, catalog):
    """Each can be grouped by, and null is a group; enums are in the order of declaration."""
    fields = catalog["Sample"].fields
    for name in ("price", "inexact", "text", "code", "flag", "clock", "hexed", "blob"):
        key = GroupKey((name,), fields[name].type)
        assert len(await groups(Measure(Function.COUNT), keys=(key,))) == 3
    shade, tint = (GroupKey((name,), fields[name].type) for name in ("shade", "tint"))
    assert await groups(keys=(shade,)) == [("DARK",), ("CLEAR",), (None,)]
    assert await groups(keys=(tint,)) == [("BLUE",), ("GREEN",), (None,)]


async def test_spans(groups, catalog):
    """By the clock of a zone, of columns with and without one."""
    fields = catalog["Sample"].fields
    for name in ("naive", "moment"):
        for unit, start in (
            (Unit.HOUR, datetime.datetime(2013, 1, 2, 4, 30, tzinfo=UTC)),
            (Unit.DAY, datetime.datetime(2013, 1, 1, 18, 30, tzinfo=UTC)),
            (Unit.WEEK, datetime.datetime(2012, 12, 30, 18, 30, tzinfo=UTC)),
            (Unit.YEAR, datetime.datetime(2012, 12, 31, 18, 30, tzinfo=UTC)),
        ):
            key = GroupKey((name,), fields[name].type, span=Span(unit, "Asia/Kolkata"))
            found = await groups(keys=(key,))
            assert found[0] == (start,)
    quarter = GroupKey(("day",), fields["day"].type, span=Span(Unit.QUARTER))
    assert await groups(keys=(quarter,)) == [(datetime.date(2013, 1, 1),), (None,)]
