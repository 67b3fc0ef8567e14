"""Paging over whatever is stored: each document comes once, or is told to be wrong."""

import decimal

import pytest
from bson import Decimal128, ObjectId
from mongo_models import CATALOG

from catalog.errors import StoredValueError
from catalog.query import ALWAYS, Order, Read
from resolvers.planning.cursors import beyond_cursor, cursors_of

# NaN is not among them: SecantusDB orders it now so, now otherwise; MongoDB puts it first.
ODD = {
    "price": [Decimal128("2"), "text", Decimal128("-Infinity"), 3, None, 0.1],
    "ratio": [1.5, float("inf"), "text", None, -2.0, True, ObjectId()],
    "number": [5, "one", 7, None, 2.5, {"a": 1}],
}


def nowhere(_order, _key):
    """No order here leads into another store."""
    raise LookupError


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("nulls_first", [False, True])
@pytest.mark.parametrize("name", ODD)
async def test_pages_of_one_show_each_document_that_has_a_cursor(
    filled, name, descending, nulls_first
):
    """In the order of the whole list; where a value has no cursor, its page says so."""
    source = filled(stations=[{"_id": at, name: value} for at, value in enumerate(ODD[name])])
    entity = CATALOG["Station"]
    orders = (Order((name,), (), descending, nulls_first), Order((entity.key[0],)))

    async def rows(after=ALWAYS):
        paths = (("key",), (name,))
        read = Read(entity, paths, order=orders, after=after)
        ((answer,),) = [found.values() for found in await source.read([read])]
        return answer.rows

    whole = await rows()
    assert len(whole) == len(ODD[name])
    for row, following in zip(whole, [*whole[1:], None], strict=True):
        if isinstance(row[name], StoredValueError):
            continue
        after = beyond_cursor(
            CATALOG, entity, orders, cursors_of(CATALOG, entity, orders)(row, nowhere), "after"
        )
        rest = await rows(after)
        expected = [each["key"] for each in whole[whole.index(row) + 1 :]] if following else []
        assert [each["key"] for each in rest] == expected


def test_nan_has_a_cursor_of_its_own():
    """It is a number that a decimal may be."""
    entity = CATALOG["Station"]
    orders = (Order(("price",)), Order((entity.key[0],)))
    row = {"price": decimal.Decimal("NaN"), "key": 1}
    text = cursors_of(CATALOG, entity, orders)(row, nowhere)
    assert beyond_cursor(CATALOG, entity, orders, text, "after")
