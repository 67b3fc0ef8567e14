"""In charge of what the tests of the edge share: the library behind HTTP."""

from collections.abc import AsyncGenerator, Callable

import httpx
import pytest

from edge.app import create_app
from edge.graphiql import Example
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
