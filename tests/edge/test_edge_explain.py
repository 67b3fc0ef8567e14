"""`extensions.explain`: who may ask, and what is told of queries, mutations and what is wrong."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import strawberry

from edge.app import create_app
from edge.insight import Insight
from edge.rules import SAFE
from schema import extends
from tests.library.library import Library

EXPLAIN = {"extensions": {"explain": True}}
BOOKS = {"query": "query Books { books(first: 2) { nodes { title shelf { code } } } }"}

done: list[str] = []


@extends("Mutation")
class Doing:
    """What must not be done."""

    @strawberry.field
    async def do(self) -> str:
        """Notes that it was."""
        done.append("it")
        return "done"


@extends("Query")
class Sly:
    """What writes where it should not."""

    @strawberry.field
    async def look(self, info: strawberry.Info) -> str:
        """Asks for a mutation."""
        await info.context.write("mutation { do }")
        return "looked"


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    """A client that may ask."""
    rules = replace(SAFE, insight=Insight(everybody=True), batch_limit=3)
    app = create_app(Library(Doing, Sly).graph, max_body_bytes=100_000, examples=None, rules=rules)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        yield client


async def asked(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """The answer to a request."""
    return (await client.post("/graphql", json=body)).json()


async def test_a_query_is_answered_and_explained(client: httpx.AsyncClient) -> None:
    """With the same data; its form and plan, each call in order, its times and its costs."""
    told = await asked(client, **BOOKS, **EXPLAIN)
    explain = told.pop("extensions")["explain"]
    assert told == await asked(client, **BOOKS)
    (root,) = explain["roots"]
    assert (root["field"], root["form"]) == ("books", "rows")
    assert "Book (postgres)" in root["plan"]
    assert "> shelf" in root["plan"]
    calls = [(call["store"], call["rows"]) for call in explain["calls"]]
    assert calls == [("postgres", 2), ("mongo", calls[1][1])]
    assert explain["calls"][0]["at"] <= explain["calls"][1]["at"]
    assert {"read", "total"} <= explain["stages"].keys()
    assert explain["cost"].keys() == {"estimated", "actual", "limit"}
    assert explain["cost"]["actual"] <= explain["cost"]["estimated"]


async def test_why_graphql_core_has_it_is_told(client: httpx.AsyncClient) -> None:
    """With the reason."""
    told = await asked(client, query="{ __schema { queryType { name } } }", **EXPLAIN)
    (root,) = told["extensions"]["explain"]["roots"]
    assert (root["form"], root["reason"]) == ("standard", "introspection")


async def test_a_mutation_is_told_of_and_not_made(client: httpx.AsyncClient) -> None:
    """By POST, with a key of its own, and among others."""
    mutation = {"query": "mutation { do }"}
    for headers in ({}, {"idempotency-key": "k"}):
        answer = await client.post("/graphql", json=mutation | EXPLAIN, headers=headers)
        told = answer.json()
        assert "data" not in told
        assert [error["extensions"]["code"] for error in told["errors"]] == ["EXPLAINED_ONLY"]
        (write,) = told["extensions"]["explain"]["writes"]
        assert write == {"field": "do", "does": "calls a resolver of yours"}
    batch = (await client.post("/graphql", json=[mutation | EXPLAIN, BOOKS])).json()
    assert ["data" in each for each in batch] == [False, True]
    assert done == []
    assert (await asked(client, **mutation))["data"] == {"do": "done"}
    assert done == ["it"]
    done.clear()


async def test_nor_does_a_query_write(client: httpx.AsyncClient) -> None:
    """Whatever its resolvers ask for; what is not explained does."""
    told = await asked(client, query="{ look }", **EXPLAIN)
    assert told["errors"][0]["message"] == "What is only explained does not write."
    assert not done
    assert await asked(client, query="{ look }") == {"data": {"look": "looked"}}
    assert done == ["it"]
    done.clear()


async def test_what_is_wrong_is_told_as_ever(client: httpx.AsyncClient) -> None:
    """Documents that are not valid, and variables that do not fit."""
    for query in ("{", "{ unknown }", "query($n: Int!) { books(first: $n) { totalCount } }"):
        ordinary, explained = (
            await asked(client, query=query),
            await asked(client, query=query, **EXPLAIN),
        )
        assert explained == ordinary
        assert explained["errors"]


@pytest.mark.parametrize("said", [False, None, "yes", 1])
async def test_only_true_asks_for_it(client: httpx.AsyncClient, said: Any) -> None:
    """Other values mean nothing."""
    assert "extensions" not in await asked(client, **BOOKS, extensions={"explain": said})


async def test_strangers_are_refused_in_production() -> None:
    """And nothing is executed."""
    library = Library()
    app = create_app(library.graph, max_body_bytes=100_000, examples=None)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        answer = await client.post("/graphql", json=BOOKS | EXPLAIN)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "EXPLAIN_REFUSED"
    assert library.reads() == []
