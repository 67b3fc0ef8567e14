"""Fields of an operation that write into both stores: both get their part, or neither does."""

import asyncio
import dataclasses
import datetime
import uuid
from typing import Any

import pytest
from bson import Binary
from keyed import asking
from losing import GROW, OTHER, STOCK, Losing, left, losing, overdue, parking, seen
from shop import REFUSED, Shop, rows
from shop_models import CATALOG
from shop_stores import Stores
from structlog.testing import capture_logs

from catalog import Store
from datasources.errors import CommitUnknown, StoreUnavailable, WriteConflict
from datasources.memory import MemorySource
from resolvers.outbox.courier import Courier
from schema import build_schema


def codes(answer: dict[str, Any]) -> dict[str, str]:
    """What became of each field: the code of its refusal, or of its error."""
    told = {key: value["errors"][0]["code"] for key, value in answer["data"].items() if value}
    return told | {e["path"][0]: e["extensions"]["code"] for e in answer.get("errors", ())}


async def until_empty(shop: Shop) -> None:
    """Waits until the outbox has no row, as long as it takes."""
    async with asyncio.timeout(60):
        while await left(shop.graph.sources[Store.POSTGRES]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("fields", [f"a: {GROW} b: {STOCK}", f"b: {STOCK} a: {GROW}"])
async def test_both_stores_get_their_part(shop: Shop, fields: str):
    """In whichever order the fields are; nothing stays in the outbox."""
    answer = await shop.ask(f"mutation {{ {fields} }}")
    assert answer == {"data": {"a": {"affected": 1}, "b": {"affected": 1}}}
    assert list(answer["data"]) == [fields[0], {"a": "b", "b": "a"}[fields[0]]]
    assert await seen(shop) == (4, 6)
    await until_empty(shop)


async def test_a_field_sees_what_those_before_it_wrote_in_the_other_store(shop: Shop):
    """The answer leads from one transaction into the other."""
    answer = await shop.ask(
        """mutation {
          createProduct(input: {code: "n", title: "New", owner: "ann"}) { __typename }
          createOrder(input: {customerId: 1, number: 2, code: "n"}) {
            ... on OrderWritten { order { product { title } } } }
        }"""
    )
    assert answer["data"]["createOrder"] == {"order": {"product": {"title": "New"}}}


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ('createOrder(input: {customerId: 1, number: 1, code: "p"})', "UNIQUE_VIOLATION"),
        ('createProduct(input: {code: "z", title: "Pen", owner: "ann"})', "UNIQUE_VIOLATION"),
        ("deleteCustomer(id: 1)", "REFERENCE_VIOLATION"),
    ],
)
async def test_what_one_store_refuses_is_undone_in_both(shop: Shop, refused: str, code: str):
    """Before anything is committed."""
    if code != "UNIQUE_VIOLATION" and isinstance(shop.graph.sources[Store.POSTGRES], MemorySource):
        pytest.skip("memory knows no foreign keys")
    if "Pen" in refused and isinstance(shop.graph.sources[Store.MONGO], MemorySource):
        pytest.skip("of documents, memory knows no unique keys but the first")
    answer = await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} c: {refused} {{ {REFUSED} }} }}")
    assert codes(answer) == {"a": "ROLLED_BACK", "b": "ROLLED_BACK", "c": code}
    assert await seen(shop) == (3, 5)
    assert not await left(shop.graph.sources[Store.POSTGRES])
    assert not await left(shop.graph.sources[Store.MONGO])


@pytest.mark.parametrize("made", [False, True])
async def test_a_commit_of_mongodb_that_is_lost_is_found_out(shop: Shop, made: bool):
    """And what it was to make is made once, before the answer."""
    shop, _ = losing(shop, CommitUnknown("mongo", "Lost."), made=made)
    answer = await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} c: {OTHER} }}")
    assert answer == {"data": {key: {"affected": 1} for key in "abc"}}
    assert await seen(shop) == (4, 6)
    await until_empty(shop)


async def test_a_conflict_at_the_commit_is_tried_again(shop: Shop):
    """When Postgres has committed, that is what the outbox is for."""
    shop, _ = losing(shop, WriteConflict("mongo", "Busy."))
    answer = await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")
    assert answer == {"data": {"a": {"affected": 1}, "b": {"affected": 1}}}
    assert await seen(shop) == (4, 6)


async def test_what_mongodb_refuses_in_the_end_is_undone_in_postgres(stocked: tuple[Stores, Shop]):
    """Its commit was lost, and then another had taken the key."""
    stores, shop = stocked
    stores.reset()
    shop, mongo = losing(shop, CommitUnknown("mongo", "Lost."))

    async def taken() -> None:
        await asyncio.to_thread(stores.products.insert_one, {"_id": "o", "title": "New"})

    mongo.meanwhile = taken
    answer = await shop.ask(
        f"""mutation {{ a: {GROW} b: {STOCK} c: {OTHER}
          d: deleteOrder(customerId: 1, number: 1) {{ {REFUSED} }}
          e: createVisit(input: {{note: "x"}}) {{ {REFUSED} }}
          f: updateCustomer(id: 1, input: {{name: "Eve", tier: GOLD}}) {{ {REFUSED} }}
          g: upsertCustomer(input: {{id: 1, email: "a@x", name: "Zoe", owner: "ann"}}) {{
            {REFUSED} }}
        }}"""
    )
    told = dict.fromkeys("abdefg", "ROLLED_BACK")
    assert codes(answer) == {**told, "c": "WRITE_UNDONE"}  # not the first that writes products
    (error,) = answer["errors"]
    assert error["extensions"]["refused"] == {"entity": "Product", "fields": ["title"], "row": 0}
    assert "There is a document with this key already." in error["message"]
    undone = "1 Customer updated, 1 Order deleted, 1 Visit created, 1 Customer updated"
    assert undone in error["message"]
    assert await seen(shop) == (3, 5)
    after = await shop.ask(
        """{ customer(id: 1) { name tier orders { nodes { number code total paid } } }
             visits { totalCount } }"""
    )
    assert after["data"] == {
        "customer": {
            "name": "Ada",
            "tier": "BASIC",
            "orders": {"nodes": [{"number": 1, "code": "p", "total": "7", "paid": True}]},
        },
        "visits": {"totalCount": 0},
    }
    assert not stores.outbox()
    assert [marker["made"] for marker in stores.markers.find()] == [False]


async def test_what_can_be_neither_made_nor_undone_is_parked(stocked: tuple[Stores, Shop]):
    """The row stays, with its reason, and nobody tries again."""
    stores, shop = stocked
    stores.reset()
    shop, answer = await parking(stores, shop)
    assert codes(answer) == {"a": "WRITE_PARKED", "c": "WRITE_PARKED"}
    (row,) = stores.outbox()
    assert row["parked"] == "REFERENCE_VIOLATION: Other rows refer to this one."
    stores.run("UPDATE bigraph.outbox SET due = now() - interval '1 hour'")
    await Courier(shop.graph.finishing.outbox).look()
    assert stores.outbox() != []
    stores.run('DELETE FROM "order" WHERE number = 9')
    stores.run("UPDATE bigraph.outbox SET parked = NULL")
    await Courier(shop.graph.finishing.outbox).look()
    assert stores.outbox() == []
    assert (await shop.ask("{ customers { totalCount } }"))["data"]["customers"]["totalCount"] == 2


async def test_while_mongodb_is_away_it_is_pending_and_then_it_comes(shop: Shop):
    """The answer says so; the courier brings it once, when MongoDB is there again."""
    shop, mongo = losing(shop, StoreUnavailable("mongo", "Away."))
    mongo.away = True
    finishing = shop.graph.finishing
    finishing._patience = 0.01
    answer = await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")
    assert codes(answer) == {"a": "WRITE_PENDING", "b": "WRITE_PENDING"}
    await asyncio.gather(*finishing._tasks, return_exceptions=True)
    courier = Courier(finishing.outbox)
    await courier.look()  # it is not due as yet
    assert len(await left(shop.graph.sources[Store.POSTGRES])) == 1
    await overdue(shop)
    with capture_logs() as lines:
        for _ in range(3):
            await courier.look()
        mongo.away = False
        await overdue(shop)
        await courier.look()
    assert await seen(shop) == (4, 6)
    assert not await left(shop.graph.sources[Store.POSTGRES])
    said = [line["event"] for line in lines if line["event"].startswith("outbox")]
    assert said == ["outbox_waits", "outbox_settled", "outbox_goes_on"]


async def test_several_couriers_share_the_work(stocked: tuple[Stores, Shop]):
    """Each row is taken up by one, and made once."""
    stores, shop = stocked
    stores.reset()
    shop, mongo = losing(shop, StoreUnavailable("mongo", "Away."))
    mongo.away, mongo.times = True, 5
    finishing = shop.graph.finishing
    finishing._patience = 0.01
    for _ in range(5):
        await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")
    await asyncio.gather(*finishing._tasks, return_exceptions=True)
    mongo.away = False
    await overdue(shop)
    await asyncio.gather(*(Courier(finishing.outbox).look() for _ in range(4)))
    assert await seen(shop) == (8, 10)
    assert stores.outbox() == []
    assert stores.markers.count_documents({}) == 5


async def test_nothing_of_the_other_store_needs_no_outbox(shop: Shop):
    """Where a filter finds nothing in one of them, it is as if only the other were asked."""
    nothing = 'updateProducts(where: {code: {eq: "none"}}, increment: {stock: 1})'
    answer = await shop.ask(
        f"mutation {{ a: {GROW} b: {nothing} {{ ... on ProductListWritten {{ affected }} }} }}"
    )
    assert answer == {"data": {"a": {"affected": 1}, "b": {"affected": 0}}}
    nobody = 'updateCustomers(where: {name: {eq: "none"}}, increment: {visits: 1})'
    answer = await shop.ask(
        f"mutation {{ a: {nobody} {{ ... on CustomerListWritten {{ affected }} }} b: {STOCK} }}"
    )
    assert answer == {"data": {"a": {"affected": 0}, "b": {"affected": 1}}}
    assert await seen(shop) == (4, 6)
    assert not await left(shop.graph.sources[Store.MONGO])


async def test_without_own_tables_nothing_is_written_into_both(stocked: tuple[Stores, Shop]):
    """It is told what to do; what is about one store works."""
    stores, shop = stocked
    stores.reset()
    stores.run("ALTER TABLE bigraph.outbox RENAME TO outbox_gone")
    try:
        answer = await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")
        assert codes(answer) == {"a": "OWN_TABLES_MISSING", "b": "OWN_TABLES_MISSING"}
        assert "migrate" in answer["errors"][0]["extensions"]["hint"]
        await Courier(shop.graph.finishing.outbox).look()
        assert await seen(shop) == (3, 5)
        assert await shop.ask(f"mutation {{ a: {GROW} }}") == {"data": {"a": {"affected": 1}}}
    finally:
        stores.run("ALTER TABLE bigraph.outbox_gone RENAME TO outbox")


async def test_many_at_once_lose_nothing(shop: Shop):
    """Conflicts in either store begin both transactions again."""
    await asyncio.gather(*(shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}") for _ in range(6)))
    assert await seen(shop) == (9, 11)


async def test_who_goes_away_leaves_both_or_neither():
    """A request that is cancelled in the commits has what it wrote in both, in the end."""
    sources: dict[Store, Any] = {
        store: MemorySource(CATALOG, store, tables) for store, tables in rows().items()
    }
    shop, mongo = losing(Shop(sources), CommitUnknown("mongo", "Lost."))
    mongo.away = True
    asked = asyncio.create_task(shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}"))
    async with asyncio.timeout(60):
        while not shop.graph.finishing._tasks:  # noqa: ASYNC110
            await asyncio.sleep(0)
    asked.cancel()
    await asyncio.wait([asked])
    mongo.away = False
    await asyncio.gather(*shop.graph.finishing._tasks)
    assert await seen(shop) == (4, 6)


async def test_an_answer_may_come_before_mongodb_has_its_part(shop: Shop):
    """Which it then says, by the outbox's id of what is pending."""
    held = Losing(shop.graph.sources[Store.MONGO], CommitUnknown("mongo", "Lost."))
    held.away = True
    pending = Shop({**shop.graph.sources, Store.MONGO: held}, waits_for_both=False)
    async with asking(pending) as client:
        answer = (await client.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")).json()
        (row,) = await left(shop.graph.sources[Store.POSTGRES])
        assert answer == {
            "data": {"a": {"affected": 1}, "b": {"affected": 1}},
            "extensions": {"pending": [str(row["id"])]},
        }
        assert await seen(shop) == (4, 5)
        held.away = False
        await overdue(shop)
        await Courier(pending.graph.finishing.outbox).look()
        await until_empty(shop)
    assert await seen(shop) == (4, 6)


async def test_the_server_looks_after_its_outbox_as_long_as_it_serves(shop: Shop):
    """What is due when it starts is settled, and its task ends with it."""
    shop, mongo = losing(shop, StoreUnavailable("mongo", "Away."))
    mongo.away = True
    shop.graph.finishing._patience = 0.01
    await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")
    await asyncio.gather(*shop.graph.finishing._tasks, return_exceptions=True)
    await overdue(shop)
    mongo.away = False
    tasks = asyncio.all_tasks()
    async with shop.graph.working():
        await until_empty(shop)
    begun = {task.get_coro().__qualname__ for task in asyncio.all_tasks() - tasks}
    assert not {name for name in begun if name.startswith("Courier")}  # the drivers have their own
    assert await seen(shop) == (4, 6)


async def test_markers_go_an_hour_after_their_rows(stocked: tuple[Stores, Shop]):
    """Those of rows that are there stay, however old."""
    stores, shop = stocked
    stores.reset()
    long_ago = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
    ids = [uuid.uuid4() for _ in range(2)]
    for id in ids:
        marker = {"_id": Binary.from_uuid(id), "made": True, "at": long_ago}
        stores.markers.insert_one(marker)
    stores.run(f"INSERT INTO bigraph.outbox VALUES ('{ids[0]}', now(), now(), '[]', '[]')")
    await shop.ask(f"mutation {{ a: {GROW} b: {STOCK} }}")
    await shop.graph.finishing.outbox.sweep()
    kept = {bytes(marker["_id"]) for marker in stores.markers.find()}
    assert ids[0].bytes in kept
    assert ids[1].bytes not in kept
    assert len(kept) == 2


def test_who_writes_into_one_store_needs_no_outbox():
    """Neither a task, nor tables."""
    catalog = type(CATALOG)([CATALOG["Visit"]])
    shop = Shop()
    graph = dataclasses.replace(shop.graph, catalog=catalog, schema=build_schema(catalog))
    assert graph.finishing is None
