"""Writes over HTTP: not by GET, refused whole where that is asked for, and told to those alone."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx
import pytest
import strawberry
from shop import ADMIN, ANN, Shop
from shop_models import CATALOG, Customer

from auth import ANONYMOUS, Principal
from edge.app import create_app
from resolvers.documents.introspection import Introspection
from schema import RequiresScopes, build_schema, extends

GROW = "mutation { updateCustomer(id: 1, increment: {visits: 1}) { %s } }"
VISITS = "{ customer(id: 1) { visits } }"


@asynccontextmanager
async def client_of(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a shop's app."""
    app = create_app(shop.graph, max_body_bytes=100_000, examples=None)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


async def test_nothing_is_written_by_get(shop: Shop):
    """A link must change nothing."""
    async with client_of(shop) as client:
        meant = {"graphql-preflight": "1"}
        answer = await client.get("/graphql", params={"query": GROW % "__typename"}, headers=meant)
    assert answer.status_code == 405
    assert answer.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert (await shop.ask(VISITS))["data"]["customer"]["visits"] == 3


async def test_a_write_is_answered_by_post(shop: Shop):
    """Refusals are data, and so the status is 200."""
    mutation = """mutation { updateOrder(customerId: 1, number: 1, input: {total: "9"}) {
      ... on OrderWritten { affected } }
      createOrder(input: {customerId: 1, number: 2, code: "p"}) { __typename } }"""
    async with client_of(shop) as client:
        answer = await client.post("/graphql", json={"query": mutation})
    body = answer.json()
    assert answer.status_code == 200
    assert body["data"]["updateOrder"] == {}  # rolled back
    assert [error["path"] for error in body["errors"]] == [["createOrder"]]


@extends(Customer)
class Kept:
    """A field that not everybody may read."""

    @strawberry.field(directives=[RequiresScopes(scopes=[["secrets"]])])
    def whisper(self) -> str:
        """A secret."""
        return "psst"


@cache
def guarded_schema() -> strawberry.Schema:
    """The schema with what users add to it, made once somebody asks."""
    return build_schema(CATALOG, [Kept], introspection=Introspection.ALLOWED)


@pytest.mark.parametrize("field", ["secret", "whisper"])
async def test_what_is_refused_whole_is_not_written(field: str):
    """Also where the field is one that users wrote."""
    shop = Shop(schema=guarded_schema(), reject_unauthorized=True)
    mutation = GROW % f"... on CustomerWritten {{ customer {{ {field} }} }}"
    answer = await shop.ask(mutation)
    assert [each["extensions"]["code"] for each in answer["errors"]] == [
        "UNAUTHORIZED_FIELD_OR_TYPE"
    ]
    assert (await shop.ask(VISITS))["data"]["customer"]["visits"] == 3


async def told_to(who: Principal) -> dict[str, Any]:
    """The fields of types that somebody is told of, by the type's name."""
    query = "{ __schema { mutationType { name } types { name fields { name } } } }"
    answer = await Shop(schema=guarded_schema()).ask(query, who)
    types = answer["data"]["__schema"]["types"]
    return {each["name"]: {f["name"] for f in each["fields"] or ()} for each in types}


async def test_viewers_are_told_of_the_writes_that_may_be_theirs():
    """With `INTROSPECTION=allowed`."""
    nobodys, anns = await told_to(ANONYMOUS), await told_to(ANN)
    assert "createOrder" not in nobodys["Mutation"]
    assert {"updateOrder", "deleteOrders"} <= nobodys["Mutation"]
    assert "OrderCreate" not in nobodys
    assert {"createOrder", "createOrders", "upsertOrder"} <= anns["Mutation"]
    assert re.search("CustomerPayload", str(anns))
    assert anns.keys() == (await told_to(ADMIN)).keys()
