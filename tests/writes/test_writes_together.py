"""Fields of an operation are one transaction: all are written or none is, whatever happens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import strawberry
from shop import ADMIN, REFUSED, Shop, rows
from shop_models import CATALOG

from catalog import Store
from catalog.change import Change, Changed, Isolation, Transaction
from datasources.errors import CommitUnknown, StoreUnavailable, WriteConflict
from datasources.memory import MemorySource
from schema import build_schema, extends

VISITS = "{ customer(id: 1) { visits } }"
SEEN = f"{{ ... on CustomerWritten {{ affected }} {REFUSED} }}"
GROW = f"updateCustomer(id: 1, increment: {{visits: 1}}) {SEEN}"
TWICE = f"mutation {{ a: {GROW} b: {GROW} }}"


async def visits(shop: Shop) -> int:
    """How often the first customer came."""
    return (await shop.ask(VISITS))["data"]["customer"]["visits"]


async def test_what_fails_undoes_what_was_before_it(shop: Shop):
    """The one that failed says why, the others that nothing was written."""
    answer = await shop.ask(
        f"""mutation {{
          a: {GROW}
          b: createOrder(input: {{customerId: 1, number: 1, code: "p"}}) {{ {REFUSED} }}
          c: {GROW}
        }}"""
    )
    codes = {key: value["errors"][0]["code"] for key, value in answer["data"].items()}
    assert codes == {"a": "ROLLED_BACK", "b": "UNIQUE_VIOLATION", "c": "ROLLED_BACK"}
    assert await visits(shop) == 3


async def test_a_mistake_in_the_document_undoes_all_as_well(shop: Shop):
    """It is an error at its path; the others are rolled back."""
    answer = await shop.ask(f"mutation {{ a: {GROW} b: updateCustomer(id: 1) {{ __typename }} }}")
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("BAD_USER_INPUT", ["b"])
    assert answer["data"]["a"]["errors"][0]["code"] == "ROLLED_BACK"
    assert answer["data"]["b"] is None
    assert await visits(shop) == 3


class Failing(MemorySource):
    """A source whose transactions fail: at a change, or at the end, so many times."""

    def __init__(self, errors: list[Exception], *, late: bool = False) -> None:
        super().__init__(CATALOG, Store.POSTGRES, rows()[Store.POSTGRES])
        self.errors, self.late = errors, late
        self.levels: list[Isolation | None] = []

    @asynccontextmanager
    async def begin(self, isolation: Isolation | None = None) -> AsyncGenerator[Transaction]:
        """One of memory's, which fails while there are errors left."""
        self.levels.append(isolation)
        async with super().begin(isolation) as transaction:
            yield transaction if self.late else _Breaking(transaction, self.errors)
            if self.late and self.errors:
                raise self.errors.pop()


class _Breaking:
    def __init__(self, transaction: Transaction, errors: list[Exception]) -> None:
        self.store = transaction.store
        self.read, self.run, self.sizes = transaction.read, transaction.run, transaction.sizes
        self._transaction, self._errors = transaction, errors

    async def change(self, change: Change) -> Changed:
        """Makes it, and then fails."""
        changed = await self._transaction.change(change)
        if self._errors:
            raise self._errors.pop()
        return changed


def failing(errors: list[Exception], **more: Any) -> tuple[Shop, Failing]:
    """A shop whose Postgres fails, and that Postgres."""
    source = Failing(errors, **more)
    products = MemorySource(CATALOG, Store.MONGO, rows()[Store.MONGO])
    return Shop({Store.POSTGRES: source, Store.MONGO: products}), source


async def test_conflicts_with_others_are_tried_again():
    """As a whole, at the change or at the commit; nobody is told, and nothing is written twice."""
    for late in (False, True):
        shop, source = failing([WriteConflict("postgres", "Busy.")] * 3, late=late)
        answer = await shop.ask(TWICE)
        assert answer["data"] == {"a": {"affected": 1}, "b": {"affected": 1}}
        assert await visits(shop) == 5
        assert source.levels == [Isolation.REPEATABLE_READ] * 4


async def test_conflicts_without_end_are_told():
    """At each field, after so many tries."""
    shop, source = failing([WriteConflict("postgres", "Busy.")] * 99)
    answer = await shop.ask(TWICE)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["WRITE_CONFLICT"] * 2
    assert len(source.levels) == 10
    assert await visits(shop) == 3


async def test_a_store_that_is_away_and_a_commit_that_is_unknown_are_told():
    """The first at its field; the second, of which nobody knows, at all of them, and once."""
    shop, _ = failing([StoreUnavailable("postgres", "Away.")])
    answer = await shop.ask(TWICE)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["STORE_UNAVAILABLE"]
    assert answer["data"]["b"]["errors"][0]["code"] == "ROLLED_BACK"
    shop, source = failing([CommitUnknown("postgres", "Lost.")], late=True)
    answer = await shop.ask(TWICE)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["COMMIT_UNKNOWN"] * 2
    assert len(source.levels) == 1


async def test_who_goes_away_writes_nothing():
    """A request that is cancelled before the commit rolls back."""
    shop, source = failing([])
    reached, never = asyncio.Event(), asyncio.Event()

    class Waiting(_Breaking):
        async def change(self, change: Change) -> Changed:
            changed = await self._transaction.change(change)
            reached.set()
            await never.wait()
            return changed

    begin = source.begin

    @asynccontextmanager
    async def waiting(isolation: Isolation | None = None) -> AsyncGenerator[Any]:
        async with begin(isolation) as transaction:
            yield Waiting(transaction, [])

    source.begin = waiting
    asked = asyncio.create_task(shop.ask(f"mutation {{ {GROW} }}"))
    await reached.wait()
    asked.cancel()
    await asyncio.wait([asked])
    assert await visits(shop) == 3


CALLED: list[int] = []


@extends("Mutation")
class Greeting:
    """A mutation of the user's."""

    @strawberry.mutation
    async def greet(self, info: strawberry.Info, name: str) -> str:
        """Says how often the first customer came by now."""
        (customer,) = await info.context.load("Customer", {"id": 1})
        CALLED.append(customer["visits"])
        return f"Hello {name}"


async def test_mutations_of_users_stand_between_generated_ones():
    """In order: what is before them is committed by then, what is after them is for itself."""
    shop = Shop(schema=build_schema(CATALOG, [Greeting]))
    CALLED.clear()
    answer = await shop.ask(
        f"""mutation {{ a: {GROW} greet(name: "Joe") b: {GROW}
              again: greet(name: "Ann") }}"""
    )
    assert answer["data"]["greet"] == "Hello Joe"
    assert answer["data"]["a"] == {"affected": 1}
    assert CALLED[0] == 4
    assert len(CALLED) == 2


async def test_a_schema_without_writes_has_mutations_of_users_only():
    """And none at all if there are none."""
    catalog = type(CATALOG)([CATALOG["Supplier"]])
    assert build_schema(catalog).as_str().find("type Mutation") == -1


async def test_two_who_write_at_the_same_time_take_turns(shop: Shop):
    """Nothing is lost."""
    await asyncio.gather(*(shop.ask(f"mutation {{ {GROW} }}", ADMIN) for _ in range(8)))
    assert await visits(shop) == 11


async def test_the_row_must_be_as_it_was_read(shop: Shop):
    """`ifMatch` compares with old values: CONFLICT if it is another by now, NOT_FOUND if gone."""
    old = 'input: {name: "X"}, ifMatch: {visits: {eq: 2}}'
    assert await shop.codes(f"updateCustomer(id: 1, {old})") == [("CONFLICT", "ifMatch")]
    assert await shop.codes(f"updateCustomer(id: 7, {old})") == [("NOT_FOUND", "id")]
    now = 'updateCustomer(id: 1, input: {name: "X"}, ifMatch: {visits: {eq: 3}})'
    assert await shop.write(f"{{ {now} {SEEN} }}") == {"affected": 1}
