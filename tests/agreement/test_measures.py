"""In charge of likeness and geography in full: every text and every region that we know of."""

import pytest
from agreement_data import ORIGINS, REGIONS, ROUND, values_in
from agreement_settings import SECONDS

from catalog.gauges import Distance, Likeness, Similarity
from catalog.query import And, Compare, Elements, Not, Operator, Or, Order, Quantifier, Read
from catalog.types import Scalar

pytestmark = pytest.mark.timeout(SECONDS)


async def _ids(source, world, filter, order=()):
    read = Read(world.things, (("id",),), filter=filter, order=(*order, Order(("id",))))
    (answers,) = await source.read([read])
    return [row["id"] for row in answers[()].rows]


async def _agreed(world, filter, order=()):
    """What both say."""
    ours = await _ids(world.memory, world, filter, order)
    assert await _ids(world.source, world, filter, order) == ours
    return ours


@pytest.mark.parametrize("region", REGIONS, ids=str)
async def test_a_region_holds_the_same_points_wherever_it_is_asked_of(mongo, region):
    """Of rows, of nested documents, of elements of lists, and as an expression."""
    inside = Compare(("spot",), Operator.WITHIN, region)
    found = await _agreed(mongo, inside)
    others = await _agreed(mongo, Not(inside))
    assert len(found) + len(others) == 40
    await _agreed(mongo, Compare(("place", "at"), Operator.NEAR, region))
    for quantifier in Quantifier:
        at = Compare(("place", "at"), Operator.WITHIN, region)
        await _agreed(mongo, Elements(("parts",), quantifier, at))


@pytest.mark.parametrize("region", [*REGIONS, ROUND], ids=str)
async def test_a_region_is_an_expression_where_no_query_will_do(mongo, region):
    """Where an element is asked something of all its marks, too."""
    at = Compare(("place", "at"), Operator.WITHIN, region)
    marked = Elements(("marks",), Quantifier.EVERY, Compare((), Operator.NE, "?"))
    for both in (And((at, marked)), Or((at, Not(marked)))):
        for quantifier in Quantifier:
            await _agreed(mongo, Elements(("parts",), quantifier, both))


async def test_the_regions_tell_points_apart(mongo):
    """Else the law above would say little."""
    found = [await _agreed(mongo, Compare(("spot",), Operator.WITHIN, each)) for each in REGIONS]
    assert len(set(map(tuple, found))) >= 10
    assert sum(map(bool, found)) >= 10


@pytest.mark.parametrize("origin", ORIGINS, ids=str)
async def test_points_are_in_the_same_order_of_distance(mongo, origin):
    """The nearest first, and whatever has no point last."""
    order = (Order(("spot",), by=Distance(origin)),)
    known = await _agreed(mongo, And(()), order)
    assert await _agreed(mongo, And(()), (order[0].reversed(),)) != known
    for value in values_in(Scalar.POINT):
        for operator in (Operator.EQ, Operator.PRECEDES, Operator.FOLLOWS):
            await _agreed(mongo, Compare(("spot",), operator, value, Distance(origin)))


@pytest.mark.parametrize("text", values_in(Scalar.STRING))
async def test_texts_are_alike_as_trigrams_have_it(postgres, text):
    """Whatever their script, and with letters that the server folds or does not."""
    for least in (0.3, 0.5, 1.0):
        await _agreed(postgres, Compare(("text",), Operator.SIMILAR, Likeness(text, least)))
    await _agreed(postgres, And(()), (Order(("text",), descending=True, by=Similarity(text)),))
