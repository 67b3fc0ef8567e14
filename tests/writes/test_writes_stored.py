"""What is stored and is not what its model says is told, and is no failure of the server."""

from collections.abc import Iterator

import pytest
from bson import ObjectId
from shop import ADMIN, Shop
from shop_stores import Stores


@pytest.fixture
def odd(stocked: tuple[Stores, Shop]) -> Iterator[Shop]:
    """A shop where the key of a product is no text."""
    stores, shop = stocked
    stores.reset()
    stores.products.insert_one({"_id": ObjectId(), "title": "Odd", "owner": "ann"})
    yield shop
    stores.reset()


@pytest.mark.parametrize("field", ["updateProducts(where: {}, input: {stock: 1})",
                                   "deleteProducts(where: {})"])  # fmt: skip
async def test_a_row_whose_key_is_none_is_not_told(odd: Shop, field: str):
    """Nothing is found by such a key, so what it should tell is undone."""
    asked = f"mutation {{ {field} {{ ... on ProductListWritten {{ products {{ code }} }} }} }}"
    answer = await odd.ask(asked, ADMIN)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "STORED_VALUE_INVALID"
    stocks = await odd.ask("{ products(where: {stock: {eq: 1}}) { totalCount } }", ADMIN)
    assert stocks["data"]["products"]["totalCount"] == 1


async def test_a_row_whose_key_is_none_can_be_deleted(odd: Shop):
    """By what else it holds."""
    gone = """{ deleteProducts(where: {title: {eq: "Odd"}}) {
      ... on ProductListWritten { affected } } }"""
    assert await odd.write(gone, ADMIN) == {"affected": 1}
