"""GraphiQL: its routes where it is served, and none where it is not."""

import json

import pytest

from edge.graphiql import Example
from tests.library.library import Library

BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
async def page(connect):
    """A client of a library with GraphiQL."""
    async with connect(
        Library(), examples=[Example("Books", "{ books { totalCount } }")]
    ) as client:
        yield client


async def test_a_browser_is_led_to_the_page(page):
    """From the root, and from the endpoint when somebody opens it."""
    for address in ("/", "/graphql"):
        response = await page.get(address, headers=BROWSER)
        assert (response.status_code, response.headers["location"]) == (307, "/graphiql")
    response = await page.get("/graphiql", headers=BROWSER)
    assert response.status_code == 200
    assert "{ books { totalCount } }" in response.text


async def test_a_query_in_the_address_is_answered_and_not_led_away(page):
    """Also to a browser, if it takes JSON at all."""
    meant = {**BROWSER, "graphql-preflight": "1"}
    response = await page.get("/graphql", params={"query": "{ openingHours }"}, headers=meant)
    assert response.json() == {"data": {"openingHours": "9 to 5"}}
    response = await page.get("/graphql", headers={"accept": "application/json"})
    assert response.status_code == 400


async def test_without_graphiql_there_is_nothing_to_be_led_to(client):
    """The endpoint answers a browser as anybody else."""
    response = await client.get("/graphql", headers=BROWSER)
    assert response.status_code == 400
    assert json.loads(response.text)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
