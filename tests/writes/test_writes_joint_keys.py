"""Writes into both stores with an idempotency key: Postgres keeps the answer, while it holds."""

import asyncio
import uuid

from keyed import asking, is_repeated
from losing import GROW, OTHER, STOCK, losing, seen
from shop import Shop
from shop_stores import Stores

from datasources.errors import CommitUnknown

BOTH = f"mutation {{ a: {GROW} b: {STOCK} }}"


async def test_a_retry_gets_the_first_answer(shop: Shop):
    """Nothing is written again, in either store."""
    key = str(uuid.uuid4())
    async with asking(shop) as client:
        first, again = [await client.ask(BOTH, key) for _ in range(2)]
    assert first.json() == {"data": {"a": {"affected": 1}, "b": {"affected": 1}}}
    assert again.content == first.content
    assert is_repeated(again)
    assert await seen(shop) == (4, 6)


async def test_retries_at_the_same_time_write_once(shop: Shop):
    """As for one store."""
    key = str(uuid.uuid4())
    async with asking(shop) as client:
        await asyncio.gather(*(client.ask(BOTH, key) for _ in range(4)))
    assert await seen(shop) == (4, 6)


async def test_what_is_undone_is_no_answer(stocked: tuple[Stores, Shop]):
    """Whoever asks again by the same key has it tried again."""
    stores, shop = stocked
    stores.reset()
    shop, mongo = losing(shop, CommitUnknown("mongo", "Lost."))

    async def taken() -> None:
        await asyncio.to_thread(stores.products.insert_one, {"_id": "o", "title": "New"})

    mongo.meanwhile = taken
    key, both = str(uuid.uuid4()), f"mutation {{ a: {GROW} c: {OTHER} }}"
    async with asking(shop) as client:
        answer = (await client.ask(both, key)).json()
        assert answer["data"]["a"]["errors"][0]["code"] == "ROLLED_BACK"
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["WRITE_UNDONE"]
        stores.products.delete_one({"_id": "o"})
        again = await client.ask(both, key)
    assert again.json() == {"data": {"a": {"affected": 1}, "c": {"affected": 1}}}
    assert not is_repeated(again)
    assert await seen(shop) == (4, 5)
