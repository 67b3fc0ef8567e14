"""In charge of the graph that cases are asked of: the flights, from real servers."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from patient import sized, sources_at

import extensions
import models
from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in


@pytest.fixture(scope="session")
async def graph(sample_servers: EmbeddedUrls) -> AsyncGenerator[Graph]:
    """The flights, served without a cache."""
    catalog = catalog_of(models_in(models))
    made = Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources=sources_at(catalog, sample_servers),
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
    )
    await sized(made.sizes, [catalog["Flight"], catalog["Weather"]])
    yield made
    await made.close()
