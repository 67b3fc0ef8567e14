"""A write and its answer are one: whatever goes wrong in between, both are there, or neither is."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

import pytest
import strawberry
from keyed import asking, is_repeated
from shop import Shop
from shop_models import CATALOG, Customer
from shop_stores import Stores

from catalog import Store
from catalog.change import Isolation, Transaction
from catalog.query import DataSource, Read
from catalog.viewer import Viewer
from datasources.errors import CommitUnknown, StoreUnavailable, WriteConflict
from datasources.own import KEYS
from edge import idempotency
from resolvers.operations.idempotency import SWEPT, IdempotencyKey, Kept, keep, known_answer, sweep
from schema import build_schema, extends, requires

GROW = "mutation { updateCustomer(id: 1, increment: {visits: 1}) { %s } }"
AFFECTED = GROW % "... on CustomerWritten { affected }"
STOCKED = 'mutation { updateProduct(code: "p", increment: {stock: 1}) { __typename } }'
VISITS = "{ customer(id: 1) { visits } }"
CALLED: list[int] = []


def new() -> str:
    """A key that nobody has used."""
    return str(uuid.uuid4())


async def visits(shop: Shop) -> int:
    """How often the first customer came."""
    return (await shop.ask(VISITS))["data"]["customer"]["visits"]


@extends(Customer)
class Greeted:
    """What users add to an answer."""

    @strawberry.field
    @requires("id")
    async def seen(self: Any, info: strawberry.Info) -> int:
        """How often the customer came, as the stores have it now."""
        (found,) = await info.context.load("Customer", {"id": self.id})
        CALLED.append(found["visits"])
        return found["visits"]

    @strawberry.field
    def broken(self) -> int | None:
        """Fails."""
        raise ValueError("on purpose")


@extends("Mutation")
class Greeting:
    """A mutation of the user's."""

    @strawberry.mutation
    def greet(self) -> str:
        """Does something, as sending a letter."""
        CALLED.append(-1)
        return "Hello"


@cache
def extended_schema() -> strawberry.Schema:
    """The schema with what users add to it, made once somebody asks."""
    return build_schema(CATALOG, [Greeted, Greeting])


@pytest.fixture
def extended(shop: Shop) -> Shop:
    """The shop with what users add to it."""
    CALLED.clear()
    return Shop(shop.graph.sources, schema=extended_schema())


async def test_fields_of_ones_own_are_a_part_of_the_answer(extended: Shop):
    """They see what is written, are called once, and their errors are told again as they were."""
    asked, key = GROW % "... on CustomerWritten { customer { seen broken } }", new()
    async with asking(extended) as client:
        first, again = [await client.ask(asked, key) for _ in range(2)]
    body = first.json()
    assert body["data"]["updateCustomer"] == {"customer": {"seen": 4, "broken": None}}
    assert [error["path"] for error in body["errors"]] == [["updateCustomer", "customer", "broken"]]
    assert CALLED == [4]
    assert is_repeated(again)
    assert again.json() == body


@pytest.mark.parametrize(
    "text",
    [
        "mutation { greet " + AFFECTED.removeprefix("mutation {"),
        "mutation { ... on Mutation { ...F } } fragment F on Mutation { greet ...F }",
        "mutation A { greet @skip(if: true) }",
    ],
)
async def test_mutations_of_ones_own_cannot_be_promised(extended: Shop, text: str):
    """So they are refused before anything is done; without a key they are made."""
    async with asking(extended) as client:
        assert await client.code(text, new()) == (400, "IDEMPOTENCY_KEY_UNFIT")
        assert (await client.ask("mutation { greet }")).json()["data"] == {"greet": "Hello"}
    assert CALLED == [-1]
    assert await visits(extended) == 3


class Lossy:
    """A source whose transactions fail, or are committed and nobody is told, so many times."""

    def __init__(self, source: DataSource, *errors: BaseException, late: bool) -> None:
        self._source, self._errors, self._late = source, list(errors), late
        self.store, self.policy = source.store, source.policy
        self.read, self.run, self.sizes = source.read, source.run, source.sizes
        self.ping, self.close = source.ping, source.close

    def as_seen_by(self, viewer: Viewer) -> DataSource:  # noqa: ARG002
        """Itself."""
        return self

    @asynccontextmanager
    async def begin(self, isolation: Isolation | None = None) -> AsyncGenerator[Transaction]:
        """One of the source's."""
        async with self._source.begin(isolation) as transaction:
            yield transaction
            if self._errors and not self._late:
                raise self._errors.pop()
        if self._errors:
            raise self._errors.pop()


def lossy(shop: Shop, *errors: BaseException, late: bool) -> Shop:
    """The same shop, with such sources."""
    held = shop.graph.sources
    return Shop({store: Lossy(held[store], *errors, late=late) for store in held})


@pytest.mark.parametrize(("grow", "value"), [(AFFECTED, 4), (STOCKED, 6)])
async def test_who_was_not_told_asks_again(shop: Shop, grow: str, value: int):
    """The commit was made, and the process is gone, or its connection."""
    for error in (CommitUnknown("store", "Lost."), asyncio.CancelledError()):
        key = new()
        async with asking(lossy(shop, error, late=True)) as client:
            lost = await client.ask(grow, key)
        assert lost.json()["errors"][0]["extensions"]["code"] in {
            "COMMIT_UNKNOWN",
            "SERVER_STOPPING",
        }
        async with asking(shop) as client:
            again = await client.ask(grow, key)
        assert is_repeated(again)
        assert "errors" not in again.json()
    looked = await shop.ask('{ customer(id: 1) { visits } product(code: "p") { stock } }')
    numbers = [next(iter(row.values())) for row in looked["data"].values()]
    assert value + 1 in numbers


async def test_what_is_rolled_back_leaves_no_answer(shop: Shop):
    """A store that fails before the commit has neither."""
    key, error = new(), StoreUnavailable("postgres", "Away.")
    async with asking(lossy(shop, error, late=False)) as client:
        assert await client.code(AFFECTED, key) == (200, "STORE_UNAVAILABLE")
        again = await client.ask(AFFECTED, key)
    assert not is_repeated(again)
    assert await visits(shop) == 4


async def test_conflicts_are_tried_again_with_the_key(extended: Shop):
    """As a whole, the answer included."""
    conflicts = [WriteConflict("postgres", "Busy.") for _ in range(3)]
    held = extended.graph.sources
    source = Lossy(held[Store.POSTGRES], *conflicts, late=False)
    shop = Shop({**held, Store.POSTGRES: source}, schema=extended_schema())
    async with asking(shop) as client:
        key = new()
        first = await client.ask(GROW % "... on CustomerWritten { customer { seen } }", key)
    assert first.json() == {"data": {"updateCustomer": {"customer": {"seen": 4}}}}
    assert CALLED == [4] * 4
    assert await visits(extended) == 4


async def test_an_answer_that_cannot_be_kept_is_not_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    """Else a retry could not be told it. With less of it the same key will do."""
    monkeypatch.setattr("resolvers.operations.idempotency.LARGEST", 60)
    key = new()
    async with asking(shop) as client:
        more = GROW % "... on CustomerWritten { affected customer { id name email } }"
        assert await client.code(more, key) == (200, "IDEMPOTENCY_ANSWER_TOO_LARGE")
        assert await visits(shop) == 3
        answer = await client.ask(AFFECTED, key)
    assert answer.json() == {"data": {"updateCustomer": {"affected": 1}}}


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("store", [Store.POSTGRES, Store.MONGO])
async def test_a_retry_that_overtakes_waits_or_is_told_to(
    stocked: tuple[Stores, Shop], store: Store, ends: bool
):
    """The first holds the key until its transaction ends; what then counts is how it ended."""
    stores, shop = stocked
    stores.reset()
    grow = AFFECTED if store is Store.POSTGRES else STOCKED
    key, taken = new(), IdempotencyKey("another", "another", 60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idempotency, "_digest", lambda _: "another")
        async with asking(shop) as client:
            with suppress(ZeroDivisionError):
                async with shop.graph.sources[store].begin() as transaction:
                    assert await known_answer(transaction, taken) is None
                    retry = asyncio.create_task(client.ask(grow, key))
                    if store is Store.MONGO:  # which does not wait
                        assert (await retry).status_code == 409
                        assert (await retry).headers["retry-after"] == "1"
                        retry = None
                    else:
                        await waiting(stores)
                    if not ends:
                        raise ZeroDivisionError
                    await keep(transaction, taken, Kept('{"told": "first"}', "[]"))
            answer = await (retry or client.ask(grow, key))
    assert is_repeated(answer) == ends
    assert ("first" in answer.text) == ends


async def waiting(stores: Stores) -> None:
    """Until somebody waits for another's transaction."""
    async with asyncio.timeout(60):
        found = []
        while not found:
            await asyncio.sleep(0.05)
            found = stores.ask("SELECT 1 FROM pg_locks WHERE NOT granted")


async def test_what_counts_no_more_is_deleted_by_and_by(stocked: tuple[Stores, Shop]):
    """Some at a time, the oldest first; what counts stays."""
    stores, shop = stocked
    stores.reset()
    source = shop.graph.sources[Store.POSTGRES]
    async with source.begin() as transaction:
        for number in range(SWEPT + 2):
            await known_answer(transaction, IdempotencyKey(f"{number}", "", -number - 1))
        await known_answer(transaction, IdempotencyKey("new", "", 60))
    for left in (["0", "1", "new"], ["new"], ["new"]):
        async with source.begin() as transaction:
            await sweep(transaction)
        found = stores.ask("SELECT id FROM bigraph.idempotency ORDER BY id")
        assert [name for (name,) in found] == left


async def test_requests_delete_it(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """One of some, by chance; and nobody notices if that fails."""
    monkeypatch.setattr("resolvers.operations.once.secrets.randbelow", lambda _: 0)
    async with asking(shop, idempotency_ttl=0) as client:
        assert (await client.ask(AFFECTED, "over")).status_code == 200
        answers = await asyncio.gather(*(client.ask(AFFECTED, new()) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    async with shop.graph.sources[Store.POSTGRES].begin() as transaction:
        (found,) = await transaction.read([Read(KEYS[Store.POSTGRES], (("id",),))])
    assert len(found[()].rows) < 5


async def test_a_database_without_the_table_says_how_to_make_it(stocked: tuple[Stores, Shop]):
    """Nothing is written; and without a key nobody needs it."""
    stores, shop = stocked
    stores.reset()
    with stores.without_keys():
        async with asking(shop) as client:
            assert await client.code(AFFECTED, new()) == (200, "OWN_TABLES_MISSING")
            assert (await client.ask(AFFECTED)).status_code == 200
    assert await visits(shop) == 4
