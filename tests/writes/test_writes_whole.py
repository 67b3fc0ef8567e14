"""Mutations of users have rules, which hold before anything is done, whatever the settings."""

from functools import cache
from typing import Any

import httpx
import pytest
import strawberry
from shop import ANN, BOB, CATALOG, Shop

from auth import ANONYMOUS, Principal
from edge.app import create_app
from schema import Authenticated, Policy, RequiresScopes, build_schema, extends

UNAUTHORIZED = "UNAUTHORIZED_FIELD_OR_TYPE"
CALLED: list[str] = []
MADE = 'createVisit(input: {note: "Hi"}) { ... on VisitWritten { affected } }'
"""What anybody may do."""
ORDERED = 'createOrder(input: {customerId: 1, number: 7, code: "p"}) { __typename }'
"""What is for those who have signed in."""


@strawberry.type(directives=[RequiresScopes(scopes=[["bank"]])])
class Receipt:
    """Of which not everybody may be told."""

    total: int = 7


@extends("Mutation")
class OfMutation:
    """Mutations of the user's."""

    @strawberry.mutation
    async def greet(self) -> str | None:
        """For everybody."""
        CALLED.append("greet")
        return "Hello"

    @strawberry.mutation(directives=[Authenticated()])
    async def ring(self) -> str | None:
        """For whoever has signed in."""
        CALLED.append("ring")
        return "Ding"

    @strawberry.mutation
    async def pay(self) -> Receipt | None:
        """For whoever may be told what it gives."""
        CALLED.append("pay")
        return Receipt()

    @strawberry.mutation(directives=[Policy(policies=[["open"]])])
    async def ship(self) -> str | None:
        """For whom a function says so."""
        CALLED.append("ship")
        return "Gone"


async def decide(principal: Principal, *_: Any) -> set[str]:
    """It is open to one."""
    return {"open"} if principal.subject == "ann" else set()


@cache
def schema_of_users() -> strawberry.Schema:
    """The schema with what users add to it, made once somebody asks."""
    return build_schema(CATALOG, [OfMutation], decide=decide)


async def posted(query: str, by: Principal = ANONYMOUS, **more: Any) -> tuple[Any, list[str], int]:
    """The answer over HTTP, what was called, and how many visits there are."""
    CALLED.clear()
    shop = Shop(schema=schema_of_users(), authenticator=_Knows(by), **more)
    app = create_app(shop.graph, max_body_bytes=10_000, examples=None)
    transport = httpx.ASGITransport(app=app)
    headers = {"authorization": "Bearer x"}
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        answer = await client.post("/graphql", json={"query": query}, headers=headers)
    seen = await Shop.ask(shop, "{ visits { totalCount } }", by)
    return answer.json(), [*CALLED], seen["data"]["visits"]["totalCount"]


class _Knows:
    """Takes everybody for one."""

    def __init__(self, principal: Principal) -> None:
        self._principal = principal

    def recalled(self, _authorization: bytes) -> Principal:
        return self._principal


def codes(answer: dict[str, Any]) -> list[str]:
    """Of its errors."""
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("field", ["ring", "pay { total }", "p: pay { __typename }", "ship"])
async def test_a_mutation_that_is_denied_is_not_called(field: str, dry_run: bool):
    """Nor where rules are only tried: what it does could not be undone."""
    answer, called, _ = await posted(f"mutation {{ {field} greet }}", access_dry_run=dry_run)
    assert codes(answer) == [UNAUTHORIZED]
    assert answer["data"] == {field.partition(" ")[0].strip(":"): None, "greet": "Hello"}
    assert called == ["greet"]


async def test_who_may_calls_it():
    """By what a token says, or a function."""
    answer, called, _ = await posted("mutation { ring ship }", ANN)
    assert (codes(answer), called) == ([], ["ring", "ship"])
    answer, called, _ = await posted("mutation { ship ring }", BOB)
    assert (codes(answer), called) == ([UNAUTHORIZED], ["ring"])


@pytest.mark.parametrize(
    "query",
    [
        f"mutation {{ made: {MADE} greet ring }}",
        f"mutation {{ greet made: {MADE} pay {{ total }} }}",
        f"mutation {{ greet made: {MADE} ship }}",
        f"mutation {{ greet made: {MADE} ...F }} fragment F on Mutation {{ ring }}",
        f"mutation {{ greet made: {MADE} {ORDERED} }}",
    ],
)
async def test_an_operation_that_is_refused_whole_does_nothing(query: str):
    """Not even what it might do: nobody should take for undone what is done."""
    answer, called, visits = await posted(query, reject_unauthorized=True)
    assert answer.keys() == {"errors"}
    assert codes(answer) == [UNAUTHORIZED]
    assert (called, visits) == ([], 0)


@pytest.mark.parametrize("more", ["", "ring @skip(if: true)", "... @include(if: $no) { ship }"])
async def test_an_operation_in_which_all_is_allowed(more: str):
    """It is done, whatever may be refused; what is skipped is not asked for."""
    query = (
        f"mutation($no: Boolean = false) {{ greet made: {MADE} {more} o: greet @include(if: $no) }}"
    )
    answer, called, visits = await posted(query, reject_unauthorized=True)
    assert answer["data"] == {"greet": "Hello", "made": {"affected": 1}}
    assert (called, visits) == (["greet"], 1)
