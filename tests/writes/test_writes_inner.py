"""Mutations of one's own write through the engine, by `context.write`."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import pytest
import strawberry
from shop import ANN, BOB, Shop
from shop_models import CATALOG, Customer

from catalog import Store
from resolvers.errors import InputError
from schema import build_schema, extends

BOTH = """mutation ($note: String!, $title: String!) {
  createVisit(input: {note: $note}) { __typename ... on WriteRefused { errors { code } } }
  createProduct(input: {code: $title, title: $title, owner: "ann"}) {
    ... on ProductWritten { product { title } } ... on WriteRefused { errors { code } } } }"""
GROW = "mutation { updateCustomer(id: 1, increment: {visits: 1}) { __typename } }"


@extends("Mutation")
class Own:
    """What somebody wrote by hand."""

    @strawberry.mutation
    async def arrive(self, info: strawberry.Info, title: str) -> str:
        """Writes into both stores; how that went."""
        data = await info.context.write(BOTH, {"note": "here", "title": title})
        made = data["createProduct"]
        return made["errors"][0]["code"] if "errors" in made else made["product"]["title"]

    @strawberry.mutation
    async def grow(self, info: strawberry.Info) -> int:
        """Reads before and after."""
        (before,) = await info.context.load(Customer, {"id": 1})
        await info.context.write(GROW)
        (after,) = await info.context.load(Customer, {"id": 1})
        return after["visits"] - before["visits"]

    @strawberry.mutation
    async def amiss(self, info: strawberry.Info, document: str) -> str:
        """Asks for what cannot be."""
        await info.context.write(document)
        return "written"


@cache
def schema_of_users() -> strawberry.Schema:
    """The schema with what users add to it, made once somebody asks."""
    return build_schema(CATALOG, [Own])


@pytest.fixture
def own(shop: Shop) -> Shop:
    """The shop with what somebody added to it."""
    return Shop(shop.graph.sources, schema=schema_of_users())


async def count(shop: Shop) -> Any:
    """How many visits there are."""
    return (await shop.ask("{ visits { totalCount } }"))["data"]["visits"]["totalCount"]


async def test_a_write_of_both_stores_is_one(own: Shop):
    """And what is refused is told to who asked for it."""
    assert await own.write('{ arrive(title: "New") }') == "New"
    assert await count(own) == 1
    assert await own.write('{ arrive(title: "New") }') == "UNIQUE_VIOLATION"
    assert await count(own) == 1


async def test_what_is_read_afterwards_is_what_was_written(own: Shop):
    """Though it was read before, in the same request."""
    assert await own.write("{ grow }") == 1


async def test_rules_are_those_of_the_viewer(own: Shop):
    """Who may not write so, does not write so."""
    refused = await own.ask('mutation { arrive(title: "New") }', by=BOB)
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
    assert await count(own) == 0
    assert await own.write('{ arrive(title: "New") }', by=ANN) == "New"


@pytest.mark.parametrize("document", ["{ visits { totalCount } }", "mutation { nothing }", "?"])
async def test_what_is_no_mutation_is_an_error(own: Shop, document: str):
    """At the field that asked for it."""
    answer = await own.ask("mutation ($document: String!) { amiss(document: $document) }",
                           document=document)  # fmt: skip
    assert answer["errors"][0]["path"] == ["amiss"]
    assert answer["data"] is None


async def test_a_field_of_an_answer_that_is_written_does_not_write():
    """With a key, it is resolved in the transaction of what it answers."""
    shop = Shop()
    async with shop.graph.sources[Store.POSTGRES].begin() as transaction:
        sources = {**shop.graph.sources, Store.POSTGRES: transaction}
        context = dataclasses.replace(shop.graph.context(ANN), sources=sources)
        with pytest.raises(InputError):
            await context.write(GROW)
