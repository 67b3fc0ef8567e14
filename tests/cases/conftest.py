"""In charge of the graph that cases are asked of: the flights, from real servers."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator

import pytest

import extensions
import models
from catalog import Store, catalog_of, models_in
from datasources.embedded import EmbeddedUrls
from datasources.mongo import MongoSource, client_of, database_of
from datasources.postgres import PostgresSource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.paging import PageLimits
from schema import build_schema, extensions_in


@pytest.fixture(scope="session")
async def graph(sample_servers: EmbeddedUrls) -> AsyncGenerator[Graph]:
    """The flights, served without a cache."""
    catalog = catalog_of(models_in(models))
    driver = os.environ.get("MONGO_DRIVER", "pymongo")
    client = client_of(sample_servers.mongo or "", driver)
    made = Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources={
            Store.POSTGRES: PostgresSource(catalog, sample_servers.postgres or ""),
            Store.MONGO: MongoSource(database_of(client), catalog),
        },
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
    )
    yield made
    await made.close()
