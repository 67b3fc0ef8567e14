"""Changes of both stores that write documents in columns: done later, or taken back, by field."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from losing import OTHER, losing
from shop import ADMIN, REFUSED, Shop
from shop_stores import Stores

from datasources.errors import CommitUnknown

SECRETIVE = replace(ADMIN, scopes=frozenset({"secrets"}))
CARD = '{"city": "Oslo", "stamps": 1, "marks": ["a"], "way": {"name": "S", "no": 3}, "own": [1]}'
EDITS = """updateCustomer(id: 1,
  input: {card: {merge: {city: "rome", street: {merge: {name: "T"}}}}},
  increment: {card: {stamps: 2, street: {number: 1}}}, push: {card: {marks: ["b"]}})"""
NEW = """updateCustomer(id: 2, input: {card: {merge: {city: "rome", street: {merge: {name: "T"}}}}},
  increment: {visits: 1, karma: 1})"""


def refused_at_last(stores: Stores, shop: Shop, meanwhile: str) -> Shop:
    """A shop whose MongoDB is lost in a commit, and refuses then; others write in between."""
    shop, mongo = losing(shop, CommitUnknown("mongo", "Lost."))

    async def taken() -> None:
        await asyncio.to_thread(stores.products.insert_one, {"_id": "o", "title": "New"})
        await asyncio.to_thread(stores.run, meanwhile)

    mongo.meanwhile = taken
    return shop


def card(stores: Stores, number: int) -> Any:
    """What the column holds, whoever knows of it."""
    return stores.ask(f"SELECT card FROM customer WHERE id = {number}")[0][0]


async def test_what_is_taken_back_of_a_document_leaves_the_rest_as_others_wrote_it(
    stocked: tuple[Stores, Shop],
) -> None:
    """Sums lose what was added; what no model knows of is as it was, also what came meanwhile."""
    stores, shop = stocked
    stores.reset()
    stores.run(f"UPDATE customer SET card = '{CARD}' WHERE id = 1")
    theirs = """UPDATE customer SET card = card || '{"tier": "g", "own": [2], "stamps": 13}'
      || jsonb_build_object('way', card -> 'way' || '{"no": 14, "floor": 5}') WHERE id = 1"""
    shop = refused_at_last(stores, shop, theirs)
    answer = await shop.ask(f"mutation {{ a: {EDITS} {{ {REFUSED} }} c: {OTHER} }}")
    assert [e["extensions"]["code"] for e in answer["errors"]] == ["WRITE_UNDONE"]
    assert card(stores, 1) == {
        "city": "Oslo", "stamps": 11, "marks": ["a"], "way": {"name": "S", "no": 13, "floor": 5},
        "own": [2], "tier": "g",
    }  # fmt: skip
    assert not stores.outbox()


async def test_a_document_that_was_not_there_goes_again(stocked: tuple[Stores, Shop]) -> None:
    """With all that is in it; nothing is taken from what was null, whatever others made of it."""
    stores, shop = stocked
    stores.reset()
    shop = refused_at_last(stores, shop, "UPDATE customer SET karma = 5 WHERE id = 2")
    answer = await shop.ask(f"mutation {{ a: {NEW} {{ {REFUSED} }} c: {OTHER} }}", by=SECRETIVE)
    assert [e["extensions"]["code"] for e in answer["errors"]] == ["WRITE_UNDONE"]
    assert card(stores, 2) is None
    assert stores.ask("SELECT visits, karma FROM customer WHERE id = 2") == [(0, 5)]


async def test_whole_documents_come_back_after_each_kind_of_change(
    stocked: tuple[Stores, Shop],
) -> None:
    """A set, an upsert and a delete."""
    stores, shop = stocked
    stores.reset()
    stores.run(f"UPDATE customer SET card = '{CARD}', wishes = '[\"w\"]'")
    stores.run('DELETE FROM "order"')
    shop = refused_at_last(stores, shop, "SELECT 1")
    answer = await shop.ask(
        f"""mutation {{
          a: updateCustomer(id: 1, input: {{card: {{set: {{city: "rome"}}}}}}) {{ {REFUSED} }}
          b: upsertCustomer(
            input: {{email: "a@x", name: "Ada", owner: "ann", card: {{city: "b"}}, wishes: []}},
            conflict: {{target: email, update: [card, wishes]}}) {{ {REFUSED} }}
          d: deleteCustomer(id: 1) {{ {REFUSED} }}
          c: {OTHER} }}"""
    )
    assert [e["extensions"]["code"] for e in answer["errors"]] == ["WRITE_UNDONE"]
    known = {"city": "Oslo", "stamps": 1, "marks": ["a"], "way": {"name": "S", "no": 3}}
    assert {n: v for n, v in card(stores, 1).items() if v is not None} == known
    assert stores.ask("SELECT wishes FROM customer WHERE id = 1") == [(["w"],)]


async def test_a_lost_commit_of_mongodb_makes_documents_once(shop: Shop) -> None:
    """Of both: in a column and in a collection."""
    sizes = 'updateProduct(code: "p", input: {size: {merge: {width: 9}}}, push: {labels: ["x"]})'
    shop, _ = losing(shop, CommitUnknown("mongo", "Lost."))
    await shop.write('{ updateCustomer(id: 1, input: {card: {set: {city: "a"}}}) { __typename } }')
    shop, _ = losing(shop, CommitUnknown("mongo", "Lost."))
    answer = await shop.ask(
        f"""mutation {{
          updateCustomer(id: 1, increment: {{card: {{stamps: 2}}}}) {{
            ... on CustomerWritten {{ customer {{ card {{ stamps }} }} }} }}
          updateProduct: {sizes} {{
            ... on ProductWritten {{ product {{ labels size {{ width height }} }} }} }} }}"""
    )
    assert answer == {
        "data": {
            "updateCustomer": {"customer": {"card": {"stamps": 2}}},
            "updateProduct": {
                "product": {"labels": ["ink", "x"], "size": {"width": 9, "height": 140}}
            },
        }
    }
    seen = '{ customer(id: 1) { card { stamps } } product(code: "p") { labels } }'
    assert (await shop.ask(seen))["data"] == {
        "customer": {"card": {"stamps": 2}}, "product": {"labels": ["ink", "x"]},
    }  # fmt: skip
