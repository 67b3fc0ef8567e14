"""In charge of a shop whose MongoDB is lost in commits, and of what is left in its outbox."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from shop import REFUSED, Shop
from shop_stores import Stores

from catalog import Store
from catalog.change import Isolation, Set, Transaction, Update
from catalog.query import ALWAYS, DataSource, Read
from datasources.errors import CommitUnknown, StoreError, StoreUnavailable
from datasources.own import MARKER, OUTBOX


def written(field: str, entity: str) -> str:
    """A field that writes, and how many rows it says that it did."""
    return f"{field} {{ ... on {entity}Written {{ affected }} {REFUSED} }}"


GROW = written("updateCustomer(id: 1, increment: {visits: 1})", "Customer")
STOCK = written('updateProduct(code: "p", increment: {stock: 1})', "Product")
OTHER = written('createProduct(input: {code: "n", title: "New", owner: "ann"})', "Product")
SEEN = '{ customer(id: 1) { visits } product(code: "p") { stock title } }'


async def seen(shop: Shop) -> tuple[int, int]:
    """How often the first customer came, and how many pens there are."""
    data = (await shop.ask(SEEN))["data"]
    return data["customer"]["visits"], data["product"]["stock"]


async def left(source: DataSource) -> list[Any]:
    """The rows of the outbox, or the markers, when nothing more is under way."""
    entity = OUTBOX if source.store is Store.POSTGRES else MARKER
    async with source.begin_own() as transaction:
        (answers,) = await transaction.read([Read(entity, entity.paths)])
    return list(answers[()].rows)


class Losing:
    """MongoDB as it is lost in the commits of requests, so many times; ``made`` before or after.

    ``meanwhile`` is what others do then.
    """

    def __init__(self, source: DataSource, error: StoreError, *, made: bool = False) -> None:
        self.source, self.error, self.made = source, error, made
        self.times = 1
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.away = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)

    def as_seen_by(self, _viewer: object) -> Losing:
        return self

    async def ping(self) -> str | None:
        return "no connection" if self.away else None

    @asynccontextmanager
    async def begin(self, isolation: Isolation | None = None) -> AsyncGenerator[Transaction]:
        async with self.source.begin(isolation) as transaction:
            yield transaction
            losing = self.times > 0
            self.times -= 1
            if losing and not self.made:
                raise self.error
        if losing:
            raise self.error
        if self.meanwhile:
            await self.meanwhile()

    @asynccontextmanager
    async def begin_own(self, isolation: Isolation | None = None) -> AsyncGenerator[Transaction]:
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        if self.away:
            raise StoreUnavailable("mongo", "Away.")
        async with self.source.begin_own(isolation) as transaction:
            yield transaction


def losing(shop: Shop, error: StoreError, **more: Any) -> tuple[Shop, Losing]:
    """The same shop, whose MongoDB is lost in a commit."""
    mongo = Losing(shop.graph.sources[Store.MONGO], error, **more)
    return Shop({**shop.graph.sources, Store.MONGO: mongo}), mongo


async def overdue(shop: Shop) -> None:
    """All rows of the outbox are due."""
    long_ago = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
    async with shop.graph.sources[Store.POSTGRES].begin_own() as transaction:
        await transaction.change(Update(OUTBOX, ALWAYS, (Set(("due",), long_ago),)))


async def parking(stores: Stores, shop: Shop) -> tuple[Shop, dict[str, Any]]:
    """A shop with a parked row in its outbox, and the answer to whom that was told.

    An order of the new customer came meanwhile, number 9, and a product took the other's title.
    """
    shop, mongo = losing(shop, CommitUnknown("mongo", "Lost."))

    async def taken() -> None:
        await asyncio.to_thread(stores.products.insert_one, {"_id": "o", "title": "New"})
        (made,) = (await shop.ask('{ customers(where: {email: {eq: "n@x"}}) { nodes { id } } }'))[
            "data"
        ]["customers"]["nodes"]
        statement = f"INSERT INTO \"order\" VALUES ({made['id']}, 9, 'p', 0, false)"
        await asyncio.to_thread(stores.run, statement)

    mongo.meanwhile = taken
    customer = 'createCustomer(input: {email: "n@x", name: "N", owner: "ann"})'
    return shop, await shop.ask(f"mutation {{ a: {customer} {{ {REFUSED} }} c: {OTHER} }}")
