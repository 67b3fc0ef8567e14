"""In charge of the library in real servers: what a store makes of its rows is a part of answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from law_worlds import World, library, library_catalog, world_of
from patient import sources_at

from catalog import Catalog
from catalog.query import Record
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import SampleTable, load
from tests.library.rows import Rows, documents, tables


@pytest.fixture(scope="session")
async def library_urls(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[EmbeddedUrls]:
    """PostgreSQL and SecantusDB with the library, and Valkey."""
    catalog = library_catalog()
    folder = tmp_path_factory.mktemp("laws")
    async with Supervisor(folder, ["postgres", "mongo", "redis"], say=print) as supervisor:
        urls = supervisor.urls
        await load(
            catalog,
            _samples(catalog, tables() | documents()),
            postgres_url=urls.postgres,
            mongo_url=urls.mongo,
            progress=lambda *_: None,
        )
        yield urls


@pytest.fixture(scope="session")
async def stored(library_urls: EmbeddedUrls) -> AsyncGenerator[World]:
    """The library, in PostgreSQL and SecantusDB."""
    graph = library(sources_at(library_catalog(), library_urls))
    yield await world_of("stored", graph)
    await graph.close()


def _samples(catalog: Catalog, rows: Rows) -> list[SampleTable]:
    """The rows of each model, but for those that hold what no model knows."""
    held: dict[type, list[Record]] = {}
    for name, records in rows.items():
        for record in records:
            kind = catalog.kind_of(catalog[name], record)
            if kind and record.get("cover") != {"kind": "smell"}:
                own = {key: value for key, value in record.items() if key in kind.fields}
                held.setdefault(kind.model, []).append(own)
    return [
        SampleTable(model, len(found), lambda found=found: iter(found))
        for model, found in held.items()
    ]
