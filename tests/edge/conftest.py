"""In charge of what the tests of the edge share: the library behind HTTP, and its log."""

import io
import logging
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import httpx
import orjson
import pytest
import structlog

from edge.app import create_app
from edge.graphiql import Example
from telemetry import logs
from tests.library.library import Library

MAX_BODY = 500_000


def client_of(library: Library, *, examples: list[Example] | None = None) -> httpx.AsyncClient:
    """A client of the library's app; an error outside of any answer is raised here."""
    app = create_app(library.graph, max_body_bytes=MAX_BODY, examples=examples)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://library")


@pytest.fixture
def library() -> Library:
    """A library with fresh rows."""
    return Library()


@pytest.fixture
async def client(library: Library) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the library, which serves no GraphiQL."""
    async with client_of(library) as client:
        yield client


@pytest.fixture
def connect() -> Callable[..., httpx.AsyncClient]:
    """Makes clients of other libraries."""
    return client_of


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[[], list[dict[str, Any]]]]:
    """The log lines so far, as a program that reads JSON sees them."""
    root, stderr = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stderr)
    for name in ("_least", "_requests"):  # are as they were, once this is over
        monkeypatch.setattr(logs, name, getattr(logs, name))
    logs.configure("info", "json")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the client's own lines
    yield lambda: [orjson.loads(line) for line in stderr.getvalue().splitlines()]
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
