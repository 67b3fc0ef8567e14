"""The routes of GraphiQL, without a browser: what each file is served as, and what it holds."""

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from edge.graphiql import Example, routes
from edge.graphiql.page import CONTENT_TYPES, FOLDER

EXAMPLES = (
    Example("One </script>", "query One { one }", {"name": "<b>"}),
    Example("Two", "{ two }"),
)
ASSETS = sorted(path.name for path in (FOLDER / "assets").iterdir())


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that has nothing but these routes."""
    transport = httpx.ASGITransport(Starlette(routes=routes("/graphql", EXAMPLES)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_page_carries_the_endpoint_and_the_examples(client: httpx.AsyncClient) -> None:
    """The configuration reads back as it was given, whatever text it holds."""
    page = (await client.get("/graphiql")).text
    [text] = re.findall(r'<script type="application/json" id="configuration">(.*?)</script>', page)
    assert json.loads(text) == {
        "endpoint": "graphql",
        "examples": [
            {"title": "One </script>", "query": "query One { one }", "variables": {"name": "<b>"}},
            {"title": "Two", "query": "{ two }", "variables": None},
        ],
        "signsIn": False,
        "explains": False,
    }


async def test_page_asks_for_committed_files_only(client: httpx.AsyncClient) -> None:
    """Each address in the page is relative and is a file of the assets folder."""
    page = (await client.get("/graphiql")).text
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(addresses) == 3
    assert {address.removeprefix("graphiql/assets/") for address in addresses} <= set(ASSETS)


async def test_page_is_held_to_its_own_host(client: httpx.AsyncClient) -> None:
    """The policy refuses other hosts and inline scripts, and the page has no inline style."""
    response = await client.get("/graphiql")
    assert response.headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "style=" not in response.text
    assert "<style" not in response.text


@pytest.mark.parametrize("name", ASSETS)
async def test_file_has_its_type_and_lifetime(client: httpx.AsyncClient, name: str) -> None:
    """The type is ours, and a name with a hash may be kept for ever."""
    response = await client.get(f"/graphiql/assets/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"] == CONTENT_TYPES["." + name.rsplit(".", 1)[1]]
    lasting = "immutable" in response.headers["cache-control"]
    assert lasting == (name != "LICENSES.txt")


async def test_file_is_sent_once(client: httpx.AsyncClient) -> None:
    """A browser that has the file is told so."""
    address = f"/graphiql/assets/{ASSETS[-1]}"
    etag = (await client.get(address)).headers["etag"]
    assert (await client.get(address, headers={"if-none-match": etag})).status_code == 304


async def test_absent_file_is_not_found(client: httpx.AsyncClient) -> None:
    """No other file of the machine is reached."""
    assert (await client.get("/graphiql/assets/page.js")).status_code == 404
    assert (await client.get("/graphiql/assets/%2e%2e/page.py")).status_code == 404


def test_licences_are_kept() -> None:
    """The packages that the files are built from are named, with their licences."""
    text = (FOLDER / "assets" / "LICENSES.txt").read_text("utf-8")
    packages = set(re.findall(r"={80}\n(\S+) \S+ \(\S+\)\n={80}", text))
    assert {"graphiql", "@graphiql/react", "graphql", "monaco-editor", "react"} <= packages
