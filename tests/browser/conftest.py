"""In charge of what the browser tests need: a server with GraphiQL, and a Chromium to open it."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from strawberry.asgi import GraphQL

from edge.graphiql import Example, routes
from tests.browser.chromium import Chromium

EXAMPLES = (
    Example(
        "The first airlines",
        "query Airlines($first: Int!) {\n  airlines(first: $first) { nodes { carrier name } }\n}",
        {"first": 2},
    ),
    Example("Names, and </script>", "query Names {\n  airlines(first: 9) { nodes { name } }\n}"),
)


@strawberry.type
class Airline:
    """A carrier."""

    carrier: str
    name: str


@strawberry.type
class AirlineConnection:
    """A page of airlines."""

    nodes: list[Airline]


@strawberry.type
class Query:
    """Where every question starts."""

    @strawberry.field
    def airlines(self, first: int) -> AirlineConnection:
        """Airlines by carrier."""
        names = {"9E": "Endeavor Air Inc.", "AA": "American Airlines Inc.", "AS": "Alaska Airlines"}
        nodes = [Airline(carrier=carrier, name=name) for carrier, name in names.items()]
        return AirlineConnection(nodes=nodes[:first])


@pytest.fixture(scope="session")
def graphiql_url() -> Iterator[str]:
    """The address of GraphiQL on a small server, below a prefix as a proxy might add one."""
    endpoint = Route("/graphql", GraphQL(strawberry.Schema(Query), graphql_ide=None))
    app = Starlette(routes=[Mount("/api", routes=[*routes("/graphql", EXAMPLES), endpoint])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}/api/graphiql"
    server.should_exit = True
    thread.join()


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chromium]:
    """A Chromium with a fresh profile; skips where there is none, unless REQUIRE_BROWSER=1."""
    browser = Chromium(program("chromium", "chromium-browser"), program("chromedriver"), tmp_path)
    yield browser
    browser.close()


@pytest.fixture
def screenshot(tmp_path: Path) -> Path:
    """Where the picture of the page goes: GRAPHIQL_SCREENSHOT, else a temporary file."""
    return Path(os.environ.get("GRAPHIQL_SCREENSHOT") or tmp_path / "graphiql.png")


def program(*names: str) -> str:
    """The path of the first of these programs, all names of one thing, that is installed."""
    paths = [path for path in map(shutil.which, names) if path]
    if not paths and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"{names[0]} is not installed, and REQUIRE_BROWSER=1 asks for it")
    if not paths:
        pytest.skip(f"{names[0]} is not installed (Debian: apt-get install chromium-driver)")
    return paths[0]
