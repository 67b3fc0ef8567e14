"""In charge of the library in real servers: what a store makes of its rows is a part of answers."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncGenerator

import psycopg
import pytest
from law_worlds import World, library, library_catalog, morning, team, world_named, world_of
from patient import postgres_at, sources_at

from catalog import Catalog, Store
from catalog.query import Record
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import SampleTable, load
from edge.graph import Graph
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


@pytest.fixture(scope="session")
async def lined(library_urls: EmbeddedUrls) -> AsyncGenerator[list[World]]:
    """Worlds of flat rows, in PostgreSQL; their documents are in memory."""
    async with contextlib.AsyncExitStack() as stack:
        worlds = list[World]()
        flights = morning()
        # Here, nobody can watch a flight that there is not.
        flights["Watch"] = [watch for watch in flights["Watch"] if watch["flight_id"]]
        for name, rows in (("flights", flights), ("heroes", team())):
            world = await world_named(name)
            graph = await _stored(world.graph, name, rows, library_urls.postgres or "")
            stack.push_async_callback(graph.close)
            worlds.append(dataclasses.replace(world, name=f"lined {name}", graph=graph, before=1))
        yield worlds


async def _stored(graph: Graph, name: str, rows: Rows, url: str) -> Graph:
    """The same graph on a database of this name, which is made."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create database {name}")  # type: ignore[arg-type]
    there = url.replace("/app?", f"/{name}?")
    await load(
        graph.catalog,
        _samples(graph.catalog, rows),
        postgres_url=there,
        mongo_url=None,
        progress=lambda *_: None,
    )
    sources = {**graph.sources, Store.POSTGRES: postgres_at(graph.catalog, there)}
    return dataclasses.replace(graph, sources=sources)


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
