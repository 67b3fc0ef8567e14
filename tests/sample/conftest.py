"""In charge of what the sample's tests need: servers, and a fresh pair of databases for each."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator

import pytest
from sample_stores import Stores

import models
from catalog import Catalog, catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The sample's own catalog."""
    return catalog_of(models_in(models))


@pytest.fixture(scope="session")
async def empty_servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """PostgreSQL and SecantusDB with nothing in them."""
    folder = tmp_path_factory.mktemp("loaded")
    async with Supervisor(folder, {"postgres", "mongo"}, say=print) as supervisor:
        yield supervisor.urls


@pytest.fixture
async def stores(empty_servers: EmbeddedUrls) -> Stores:
    """A database of its own in each server."""
    name = f"sample_{uuid.uuid4().hex}"
    await Stores(empty_servers.postgres or "", empty_servers.mongo or "").sql(
        f"CREATE DATABASE {name}"
    )
    return Stores(
        (empty_servers.postgres or "").replace("/app?", f"/{name}?"),
        (empty_servers.mongo or "").replace("/app?", f"/{name}?"),
    )
