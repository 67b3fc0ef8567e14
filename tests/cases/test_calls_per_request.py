"""What a small request costs, for a document that is known: the calls of our functions, counted.

From the ASGI app to the answer's last byte, over Postgres, without spans; each step of a coroutine
counts as a call. Today:

    a row by its key                  103
    a page of ten rows                126
    ten parents with pages of two     136

Who asks by a token that is known, for rows that a claim of it tells, costs 8 calls more; or 13
for the page, which is then not read along its key alone, and so not by a session that is shared.

A step more for each request is nothing to worry about; ten more want a reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.types import ASGIApp, Message

from auth.authenticator import Authenticator
from catalog import Access, Catalog, anyone, authenticated, claim, rows
from datasources.redis import Replays
from edge.app import create_app
from edge.graph import Graph
from telemetry import measures
from telemetry.measures import Measures
from tests.auth.issuing import NOW, running_issuer

ROOT = Path(__file__).parents[2]
OURS = (f"{ROOT}/", "<completion>")
THEIRS = (f"{ROOT}/.venv/", f"{ROOT}/tests/")
SCOPE: dict[str, Any] = {
    "type": "http",
    "scheme": "http",
    "method": "POST",
    "path": "/graphql",
    "headers": [(b"content-type", b"application/json"), (b"accept", b"application/json")],
}
ROW = "query ($key: Int!) { flight(id: $key) { id carrier origin dest depDelay } }"
PAGE = """query ($key: Int!) {
  flights(where: { id: { gt: $key } }, orderBy: [{ id: ASC }], first: 10) {
    nodes { id carrier origin dest depDelay }
  }
}"""
PARENTS = """query ($key: Int!) {
  planes(where: { seats: { gt: $key } }, first: 10) {
    nodes { tailnum flights(first: 2) { nodes { id airline { name } } } }
  }
}"""


@pytest.fixture(autouse=True)
def _measured() -> Generator[None]:
    """Metrics are added up, as where nothing else is said."""
    measures.install(Measures())
    yield
    measures.install(None)


@pytest.mark.parametrize(("query", "most"), [(ROW, 109), (PAGE, 133), (PARENTS, 145)])
async def test_a_request_takes_few_calls(graph: Graph, query: str, most: int):
    """The quietest of some runs counts: how often a socket wakes us is the network's affair."""
    app = create_app(graph, max_body_bytes=10_000, examples=None)
    counts = [await _calls(app, query, key) for key in range(1, 12)]
    assert min(counts) <= most


@pytest.mark.parametrize(("query", "most"), [(ROW, 10), (PAGE, 15)])
async def test_who_asks_and_a_rule_of_rows_take_few_more(graph: Graph, query: str, most: int):
    """Against nobody, who may see everything."""
    said = {"Flight": Access(read=authenticated & rows({"carrier": {"gte": claim("least")}}))}
    entities = [
        replace(each, access=said.get(each.name, Access(read=anyone)))
        for each in graph.catalog.values()
    ]
    catalog = Catalog(entities, graph.catalog.interfaces, graph.catalog.routines)
    open_ = create_app(graph, max_body_bytes=10_000, examples=None)
    by_nobody = min([await _calls(open_, query, key) for key in range(1, 12)])
    async with running_issuer() as issuer:
        authenticator = Authenticator([issuer.issuer()], Replays(None), clock=lambda: NOW)
        ruled = replace(graph, catalog=catalog, authenticator=authenticator)
        app = create_app(ruled, max_body_bytes=10_000, examples=None)
        token = issuer.token(least="A")
        by_somebody = min([await _calls(app, query, key, token) for key in range(1, 12)])
        await authenticator.close()
    assert 0 < by_somebody - by_nobody <= most


async def _calls(app: ASGIApp, query: str, key: int, token: str | None = None) -> int:
    """The calls that an answer takes."""
    body = orjson.dumps({"query": query, "variables": {"key": key}})
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        sent.append(message)

    bearer = [(b"authorization", b"Bearer " + token.encode())] if token else []
    with _counted() as count:
        await app(SCOPE | {"headers": [*SCOPE["headers"], *bearer]}, receive, send)
    assert b'"errors"' not in sent[-1]["body"]
    return count()


@contextmanager
def _counted() -> Generator[Callable[[], int]]:
    """Counts calls of our functions, generated ones included: not the loop's, nor libraries'."""
    count = 0

    def counting(frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        file: str = frame.f_code.co_filename
        count += event == "call" and file.startswith(OURS) and not file.startswith(THEIRS)

    before: Callable[..., Any] | None = sys.getprofile()
    sys.setprofile(counting)
    try:
        yield lambda: count
    finally:
        sys.setprofile(before)
