"""Writes for which a store has no place: refused whole if nothing was done, else told as it is."""

import httpx
import pytest
import strawberry
from losing import GROW, STOCK
from shop import Shop, rows
from shop_models import CATALOG

from catalog import Store
from datasources.errors import StoreBusy
from datasources.memory import MemorySource
from edge.app import create_app
from schema import build_schema, extends

BUSY = (503, "1", ["STORE_BUSY"])
CALLED: list[int] = []


class Full(MemorySource):
    """A store that has no place for transactions, or none for reads."""

    def __init__(self, store: Store, *, reads: bool) -> None:
        super().__init__(CATALOG, store, rows()[store])
        self._reads = reads

    def as_seen_by(self, _viewer):
        return self

    def begin(self, isolation=None):
        if not self._reads:
            raise StoreBusy(self.store.value)
        return super().begin(isolation)

    async def read(self, reads):
        if self._reads:
            raise StoreBusy(self.store.value)
        return await super().read(reads)


@extends("Mutation")
class Own:
    """What no transaction undoes."""

    @strawberry.mutation
    async def called(self) -> int:
        """Is done."""
        CALLED.append(1)
        return len(CALLED)


def shop_with(full: Store, *, reads: bool = False) -> Shop:
    """A shop with a store that is full."""
    sources = {store: MemorySource(CATALOG, store, rows()[store]) for store in Store}
    schema = build_schema(CATALOG, [Own])
    return Shop({**sources, full: Full(full, reads=reads)}, schema=schema)


async def asked(shop: Shop, query: str, **headers: str) -> httpx.Response:
    """The answer over HTTP."""
    app = create_app(shop.graph, max_body_bytes=100_000, examples=None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.post("/graphql", json={"query": query}, headers=headers)


def told(response: httpx.Response) -> tuple[int, str | None, list[str]]:
    """The status, when to ask again, and the codes."""
    codes = [error["extensions"]["code"] for error in response.json().get("errors", ())]
    return response.status_code, response.headers.get("retry-after"), codes


@pytest.mark.parametrize("store", Store)
@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "once"}])
async def test_what_wrote_nothing_is_refused_whole(store, headers):
    """Each field by itself, several of one store, and both stores together."""
    shop = shop_with(store)
    field = GROW if store is Store.POSTGRES else STOCK
    for fields in (field, f"a: {field} b: {field}", f"a: {GROW} b: {STOCK}"):
        response = await asked(shop, f"mutation {{ {fields} }}", **headers)
        assert told(response) == BUSY
    assert CALLED == []


@pytest.mark.parametrize("order", ["{own} {write}", "{write} {own}"])
async def test_what_did_something_else_is_told_as_it_is(order):
    """It would be done twice if it were asked again."""
    CALLED.clear()
    fields = order.format(own="called", write=GROW)
    response = await asked(shop_with(Store.POSTGRES), f"mutation {{ {fields} }}")
    assert told(response) == (200, None, ["STORE_BUSY"])
    assert response.json()["data"] == {"called": 1, "updateCustomer": None}
    CALLED.clear()
