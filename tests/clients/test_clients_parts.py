"""Answers in parts, put together by clients that others wrote: they come to what the whole is."""

from __future__ import annotations

import strawberry
from graphql import GraphQLError
from running import Running

from schema import extends
from tests.library.library import Library
from tests.library.models.book import Book
from tests.live.talking import serving
from tests.npm import NEEDS_NODE, Workshop

REFUSED = ["UNAUTHORIZED_FIELD_OR_TYPE"] * 2
RIGHT = {
    "defer": {"same": True, "codes": [[], []], "meanwhile": True},
    "stream": {"same": True, "codes": [[], []], "meanwhile": True},
    "refused": {"same": True, "codes": [REFUSED, REFUSED], "meanwhile": True},
}

pytestmark = NEEDS_NODE


@extends(Book)
class Missing:
    """What must be there, and is not."""

    @strawberry.field
    def missing(self) -> str:
        """Never there."""
        raise GraphQLError("It is missing.")


@extends("Query")
class Failing:
    """What is told one by one."""

    @strawberry.field
    async def failing(self) -> strawberry.Streamable[int] | None:
        """Fails after a number."""
        yield 1
        raise GraphQLError("The source has run dry.")


async def test_apollo_client(bench: Workshop, server_url: str):
    """In the way of today, in that of 2022, and by a socket; what it has shows meanwhile."""
    told = await bench.told("apollo-parts.mjs", f"{server_url}/graphql")
    kinds = {"today": "incrementalSpec=v0.2", "2022": "deferSpec=20220824", "socket": None}
    for name, kind in kinds.items():
        for what, one in told[name].items():
            states = one.pop("states")
            if name == "socket":
                one["meanwhile"] = True  # if there was time to show it
            else:
                assert ("streaming" in states) == (what != "stream")  # of a list all are complete
            assert states[-1] == "complete"
            assert one.pop("kind", None) == kind
    assert told == dict.fromkeys(kinds, RIGHT)


async def test_urql(bench: Workshop, server_url: str):
    """As it is set up, and by events; by itself it asks for lists in a way that it misreads."""
    told = await bench.told("urql-parts.mjs", f"{server_url}/graphql")
    # Once this list is right as well, docs/clients.md may say less.
    misread = RIGHT["stream"] | {"same": False}
    assert told == {"shown": RIGHT, "events": RIGHT, "itself": RIGHT | {"stream": misread}}


async def test_relay(compiled: Workshop, enforcing: Running, server_url: str):
    """By ids: what is deferred is missing at first, and a list has its first item."""
    urls = (f"{each}/graphql" for each in (enforcing.url(), server_url))
    assert await compiled.told("relay-parts.mjs", *urls) == {
        "defer": {"same": True, "missing": [3, 0]},
        "stream": {"same": True, "first": 1},
    }


async def test_parts_that_fail(bench: Workshop):
    """What had come stays, and the error has its place, whichever client it is."""
    async with serving(Library(Missing, Failing).graph) as (address, _):
        told = await bench.told("failed-parts.mjs", f"http://{address}/graphql")
    one = {
        "defer": [[["Ashes", None]], [["books.nodes.0.missing", "RESOLVER_FAILED"]]],
        "stream": [[1], [["failing", "RESOLVER_FAILED"]]],
    }
    assert told == {"today": one, "2022": one, "urql": one}
