"""Queries by GET, which any page may have a browser send."""

import httpx
import pytest

from edge.app import create_app
from edge.rules import HttpRules
from tests.library.library import Library

HELLO = {"query": "{ openingHours }"}
ANSWER = {"data": {"openingHours": "9 to 5"}}


@pytest.mark.parametrize(
    ("headers", "meant"),
    [
        ({}, False),
        ({"accept": "application/graphql-response+json"}, False),
        ({"x-requested-with": "fetch"}, False),
        ({"content-type": "text/plain"}, False),
        ({"content-type": "application/x-www-form-urlencoded"}, False),
        ({"content-type": "multipart/form-data; boundary=x"}, False),
        ({"content-type": "message/json"}, False),
        ({"content-type": "text/plain; application/json"}, False),
        ({"content-type": "application/json"}, True),
        ({"content-type": "Application/JSON; charset=utf-8"}, True),
        ({"graphql-preflight": "1"}, True),
        ({"apollo-require-preflight": "true"}, True),
        ({"x-apollo-operation-name": "Books"}, True),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_no_link_can_send(client, headers, meant, method):
    """A content type that needs a preflight, or a header that does."""
    response = await client.request(method, "/graphql", params=HELLO, headers=headers)
    assert response.status_code == (200 if meant else 403)
    if method == "GET" and meant:
        assert response.json() == ANSWER
    elif method == "GET":
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "CROSS_SITE_REQUEST"
        assert "GraphQL-Preflight" in error["extensions"]["hint"]
        assert "data" not in response.json()


async def test_a_mutation_by_get_is_refused_before_it_is_looked_at(client, library):
    """Neither is anything said of its document."""
    response = await client.get("/graphql", params={"query": "mutation { x }"})
    assert response.status_code == 403


async def test_by_post_nothing_more_is_needed(client):
    """Its content type says it."""
    assert (await client.post("/graphql", json=HELLO)).json() == ANSWER


async def test_an_operator_may_let_links_ask():
    """Where all that is there is for everybody."""
    rules = HttpRules(guards_get=False)
    app = create_app(Library().graph, max_body_bytes=1000, examples=None, rules=rules)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        assert (await client.get("/graphql", params=HELLO)).json() == ANSWER
