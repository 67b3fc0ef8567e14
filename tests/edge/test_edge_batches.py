"""Several requests in one body: refused, unless an operator says how many may be."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import httpx
import pytest
import strawberry

from edge.app import create_app
from edge.rules import HttpRules
from schema import extends
from tests.library.library import Library

HELLO = {"query": "{ openingHours }"}
ANSWER = {"data": {"openingHours": "9 to 5"}}
CALLED: list[str] = []


@extends("Mutation")
class Noting:
    """What tells the order of calls."""

    @strawberry.mutation
    def noted(self, text: str) -> int:
        """How many were before it."""
        CALLED.append(text)
        return len(CALLED) - 1


def client_of(limit: int, **more) -> httpx.AsyncClient:
    """A client of a library that takes so many at once."""
    rules, graph = HttpRules(batch_limit=limit), replace(Library(Noting).graph, **more)
    app = create_app(graph, max_body_bytes=100_000, examples=None, rules=rules)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://library")


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    """One that takes three."""
    async with client_of(3) as client:
        yield client


def code_of(answer: dict) -> str:
    """The code of the one error of an answer."""
    (error,) = answer["errors"]
    return error["extensions"]["code"]


@pytest.mark.parametrize("body", [[HELLO], [HELLO] * 50, [1], []])
async def test_they_are_refused_if_nothing_is_said(body):
    """By a code of its own, and how to do without."""
    async with client_of(0) as client:
        response = await client.post("/graphql", json=body)
    assert (response.status_code, code_of(response.json())) == (400, "BATCHING_DISABLED")
    assert "one operation" in response.json()["errors"][0]["extensions"]["hint"]


@pytest.mark.parametrize(("number", "status"), [(0, 400), (1, 200), (3, 200), (4, 400)])
async def test_so_many_may_be(client, number, status):
    """The limit itself is allowed, and nothing is no request."""
    response = await client.post("/graphql", json=[HELLO] * number)
    assert response.status_code == status
    if status == 200:
        assert response.json() == [ANSWER] * number
    else:
        told = {"code": "BATCH_TOO_LARGE", "measured": number, "limit": 3}
        expected = told if number else {"code": "BAD_REQUEST"}
        assert response.json()["errors"][0]["extensions"] == expected


async def test_each_is_answered_as_if_it_had_come_alone(client):
    """In its place, whatever becomes of those beside it."""
    body = [{"query": "{ nope }"}, {"query": "query A { openingHours }", "operationName": "A"}, 5]
    for accept in ("application/json", "application/graphql-response+json"):
        response = await client.post("/graphql", json=body, headers={"accept": accept})
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        first, second, third = response.json()
        assert code_of(first) == "GRAPHQL_VALIDATION_FAILED"
        assert second == ANSWER
        assert code_of(third) == "BAD_REQUEST"
    nested = await client.post("/graphql", json=[[HELLO], HELLO])
    assert [code_of(nested.json()[0]), nested.json()[1]] == ["BAD_REQUEST", ANSWER]


async def test_they_are_executed_in_their_order(client):
    """One after the other, so that what is written first is there for the next."""
    CALLED.clear()
    body = [{"query": f'mutation {{ noted(text: "{text}") }}'} for text in "abc"]
    response = await client.post("/graphql", json=body)
    assert [each["data"]["noted"] for each in response.json()] == [0, 1, 2]
    assert CALLED == ["a", "b", "c"]


async def test_a_key_is_for_one(client):
    """It could not be told for which."""
    response = await client.post("/graphql", json=[HELLO], headers={"idempotency-key": "a"})
    assert (response.status_code, code_of(response.json())) == (400, "IDEMPOTENCY_KEY_UNFIT")


async def test_its_line_in_the_log(client, lines):
    """Is one, with the codes of all of them."""
    await client.post(
        "/graphql", json=[{"query": "{ nope }"}, {"query": "query A { books { totalCount } }"}]
    )
    (line,) = lines()
    assert (line["type"], line["operation"], line["status"]) == ("batch", None, 200)
    assert line["errors"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert line["store_calls"] == {"postgres": 1}


async def test_each_answer_has_its_own_cost(client):
    """If it is asked for; what is refused has none."""
    books = {"query": "{ books(first: 2) { nodes { title } } }"}
    headers = {"graphql-cost": "report"}
    body = [books, {"query": "{ unknown }"}, HELLO]
    told = (await client.post("/graphql", json=body, headers=headers)).json()
    first, second, third = [each.get("extensions", {}).get("cost") for each in told]
    assert (first["estimated"], first["actual"]) == (2, 2)
    assert second is None
    assert third["estimated"] == 1
