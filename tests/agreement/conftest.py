"""In charge of the worlds to compare: the same rows in a real store and in memory."""

import functools
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from agreement_data import Rows, rows_in, rows_of
from agreement_documents import DOCUMENTS
from agreement_filters import filters
from agreement_harbours import Harbour, harbour_in_mongo, harbour_in_postgres
from agreement_reads import distinct_reads, orders, reads
from agreement_routines import IN_DOCUMENTS, IN_TABLES
from agreement_settings import SEED
from agreement_stores import fill_mongo, fill_postgres
from agreement_tables import TABLES
from hypothesis.strategies import SearchStrategy
from hypothesis.vendor.pretty import for_type_by_name
from patient import mongo_at, postgres_at

from catalog import Catalog, Entity, Store, catalog_of
from catalog.query import DataSource, Filter, Order, Read
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.memory import MemorySource

# A failing read is printed whole; of its entity the name is enough.
for_type_by_name("catalog.entity", "Entity", lambda entity, out, _: out.text(repr(entity)))


@dataclass(frozen=True)
class World:
    """A real source, memory with the same rows, and what may be asked of both."""

    catalog: Catalog
    source: DataSource
    memory: DataSource

    @property
    def things(self) -> Entity:
        """The entity with most to it."""
        return self.catalog["Thing"]

    @functools.cached_property
    def reads(self) -> SearchStrategy[Read]:
        """Any read."""
        return reads(self.catalog)

    @functools.cached_property
    def distinct_reads(self) -> SearchStrategy[Read]:
        """Any read of distinct values."""
        return distinct_reads(self.catalog)

    @functools.cached_property
    def filters(self) -> SearchStrategy[Filter]:
        """Any filter of things."""
        return filters(self.catalog, self.things)

    @functools.cached_property
    def orders(self) -> SearchStrategy[tuple[Order, ...]]:
        """Any total order of things."""
        return orders(self.catalog, self.things)


@pytest.fixture(scope="session")
async def servers(tmp_path_factory) -> AsyncGenerator[EmbeddedUrls]:
    """Both servers, for as long as the tests run."""
    folder = tmp_path_factory.mktemp("agreement")
    async with Supervisor(folder, ["postgres", "mongo"], say=print) as supervisor:
        yield supervisor.urls


@pytest.fixture(scope="session")
def rows() -> Rows:
    """The rows of all stores: tables hold what documents do, but for the fields they lack."""
    return rows_of(catalog_of(TABLES), SEED) | rows_of(catalog_of(DOCUMENTS), SEED)


@pytest.fixture(scope="session")
async def postgres(servers, rows) -> AsyncGenerator[World]:
    """Tables."""
    catalog = catalog_of([*TABLES, *IN_TABLES])
    held = rows_in(catalog, rows)
    fill_postgres(servers.postgres, catalog, held)
    source = postgres_at(catalog, servers.postgres)
    yield World(catalog, source, MemorySource(catalog, Store.POSTGRES, held))
    await source.close()


@pytest.fixture(scope="session")
async def mongo(servers, rows) -> AsyncGenerator[World]:
    """Documents."""
    catalog = catalog_of([*DOCUMENTS, *IN_DOCUMENTS])
    held = rows_in(catalog, rows)
    fill_mongo(servers.mongo, catalog, held)
    source = mongo_at(catalog, servers.mongo)
    yield World(catalog, source, MemorySource(catalog, Store.MONGO, held))
    await source.close()


@pytest.fixture(params=["postgres", "mongo"], scope="session")
def world(request) -> World:
    """Each of the two."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
async def boats_in_postgres(servers) -> AsyncGenerator[Harbour]:
    """Boats as tables."""
    async with harbour_in_postgres(servers) as harbour:
        yield harbour


@pytest.fixture(scope="session")
async def boats_in_mongo(servers) -> AsyncGenerator[Harbour]:
    """Boats as documents, beside those that are read."""
    async with harbour_in_mongo(servers) as harbour:
        yield harbour


@pytest.fixture(params=["postgres", "mongo"], scope="session")
def harbour(request) -> Harbour:
    """Each of the two."""
    return request.getfixturevalue(f"boats_in_{request.param}")
