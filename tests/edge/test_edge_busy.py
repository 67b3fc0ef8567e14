"""Requests for which a store has no place: 503, whole, and when to ask again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx
import pytest

from catalog.query import Answer, Key, Read
from catalog.summary import Summary
from datasources.errors import StoreBusy
from edge.app import create_app
from edge.rules import HttpRules
from tests.library.library import Library
from tests.library.sources import CountingSource

HELLO = {"query": "{ openingHours }"}
BOOKS = {"query": "{ books(first: 1) { nodes { title } } }"}
BOTH = {"query": "{ openingHours books(first: 1) { nodes { title } } }"}
BELOW = {"query": "{ shelves(first: 2) { nodes { code books { totalCount } } } }"}


class FullSource(CountingSource):
    """A store that has no place."""

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Never has one."""
        self.calls.append(reads)
        raise StoreBusy(self.store.value)


@pytest.fixture
def library() -> Library:
    """One whose Postgres is full."""
    return Library(postgres=FullSource)


@pytest.fixture
def client(library: Library) -> httpx.AsyncClient:
    """Asks it, several at once if need be."""
    app = create_app(
        library.graph, max_body_bytes=9999, examples=None, rules=HttpRules(batch_limit=5)
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://library")


@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("asked", [BOOKS, BOTH, BELOW])
async def test_a_query_is_refused_whole(client, asked, media_type):
    """In both media types, however much of it could have been answered."""
    response = await client.post("/graphql", json=asked, headers={"accept": media_type})
    (error,) = response.json()["errors"]
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert error == {
        "message": "Too many requests want Postgres at once.",
        "extensions": {"code": "STORE_BUSY", "hint": "Ask again in a moment.", "retryAfter": 1},
    }
    assert "data" not in response.json()


async def test_what_needs_no_store_is_answered(client):
    """As always."""
    response = await client.post("/graphql", json=HELLO)
    assert (response.status_code, "retry-after" in response.headers) == (200, False)


async def test_a_batch_that_begins_so_is_refused_whole(client, library):
    """The rest of it is not tried: together they would wait too long."""
    response = await client.post("/graphql", json=[BOOKS, HELLO, BOOKS])
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert [each["extensions"]["code"] for each in response.json()["errors"]] == ["STORE_BUSY"]
    assert len(library.postgres.calls) == 1


async def test_of_a_batch_what_was_answered_before_is_told(client, library):
    """Each in its place, and when to ask again for the others."""
    response = await client.post("/graphql", json=[HELLO, BOOKS, HELLO])
    first, *others = response.json()
    assert (response.status_code, response.headers["retry-after"]) == (200, "1")
    assert first == {"data": {"openingHours": "9 to 5"}}
    assert [each["errors"][0]["extensions"]["code"] for each in others] == ["STORE_BUSY"] * 2
    assert len(library.postgres.calls) == 1
