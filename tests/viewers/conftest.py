"""In charge of the post office in real servers."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import psycopg
import pytest
from patient import mongo_at, postgres_at
from viewers_asking import graph_of
from viewers_models import BOXES, CITIES, LETTERS, POLICIES, Box, City, Letter, post

from catalog import Store
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import SampleTable, load
from datasources.postgres import Roles
from datasources.redis import Cache
from edge.graph import Graph

ROLES = Roles("web", "visitor")
Served = Callable[..., Graph]


@pytest.fixture(scope="session")
async def urls(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """The stores with the letters, and policies for two roles."""
    folder = tmp_path_factory.mktemp("viewers")
    async with Supervisor(folder, ["postgres", "mongo", "redis"], say=print) as supervisor:
        urls = supervisor.urls
        samples = ((Box, BOXES), (Letter, LETTERS), (City, CITIES))
        await load(
            post(),
            [SampleTable(model, len(rows), partial(iter, rows)) for model, rows in samples],
            postgres_url=urls.postgres,
            mongo_url=urls.mongo,
            progress=lambda *_: None,
        )
        with psycopg.connect(urls.postgres or "", autocommit=True) as connection:
            connection.execute(POLICIES)
        yield urls


@pytest.fixture(scope="session")
def admin(urls: EmbeddedUrls) -> Generator[psycopg.Connection[Any]]:
    """A session of who owns it all."""
    with psycopg.connect(urls.postgres or "", autocommit=True) as connection:
        yield connection


@pytest.fixture
async def served(urls: EmbeddedUrls) -> AsyncGenerator[Served]:
    """Makes graphs of the post office, whose database is told who asks."""
    async with AsyncExitStack() as stack:

        def made(
            *, cache: Cache | None = None, options: str = "", roles: Roles = ROLES, **more: Any
        ) -> Graph:
            postgres = postgres_at(post(), f"{urls.postgres}{options}", roles=roles, **more)
            mongo = mongo_at(post(), urls.mongo or "")
            graph = graph_of({Store.POSTGRES: postgres, Store.MONGO: mongo}, cache)
            stack.push_async_callback(graph.close)
            return graph

        yield made
