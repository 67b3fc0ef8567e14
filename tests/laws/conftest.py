"""In charge of the library in real servers: what a store makes of its rows is a part of answers."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator

import pytest
from law_worlds import World, library, library_catalog, world_of

from catalog import Store
from datasources.embedded import Supervisor
from datasources.load import SampleTable, load
from datasources.mongo import MongoSource, client_of, database_of
from datasources.postgres import PostgresSource
from tests.library.rows import documents, tables


@pytest.fixture(scope="session")
async def stored(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[World]:
    """The library, in PostgreSQL and SecantusDB."""
    catalog, rows = library_catalog(), tables() | documents()
    samples = [
        SampleTable(entity.model, len(rows[name]), lambda name=name: iter(rows[name]))
        for name, entity in catalog.items()
        if name in rows
    ]
    folder = tmp_path_factory.mktemp("laws")
    async with Supervisor(folder, ["postgres", "mongo"], say=print) as supervisor:
        urls = supervisor.urls
        await load(
            catalog,
            samples,
            postgres_url=urls.postgres,
            mongo_url=urls.mongo,
            progress=lambda *_: None,
        )
        client = client_of(urls.mongo or "", os.environ.get("MONGO_DRIVER", "pymongo"))
        sources = {
            Store.POSTGRES: PostgresSource(catalog, urls.postgres or ""),
            Store.MONGO: MongoSource(database_of(client), catalog),
        }
        graph = library(sources)
        yield await world_of("stored", graph)
        await graph.close()
