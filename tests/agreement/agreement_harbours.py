"""In charge of the stores that the laws of changes write to."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from agreement_boats import BOATS_IN_TABLES, Table, documents
from patient import mongo_at, postgres_at
from pymongo import MongoClient

from catalog import Catalog, Store, catalog_of
from catalog.change import Delete
from catalog.query import ALWAYS, DataSource
from datasources.embedded import EmbeddedUrls


@dataclass(frozen=True)
class Harbour:
    """A store for the boats."""

    catalog: Catalog
    store: Store
    source: DataSource

    async def empty(self) -> None:
        """Ends all rows."""
        async with self.source.begin() as transaction:
            for entity in self.catalog.values():
                await transaction.change(Delete(entity, ALWAYS))


@asynccontextmanager
async def harbour_in_postgres(urls: EmbeddedUrls) -> AsyncGenerator[Harbour]:
    """Tables with constraints."""
    catalog = catalog_of(BOATS_IN_TABLES)  # which maps the kinds
    url = urls.postgres or ""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema("boats"))
        Table.metadata.create_all(connection)
    engine.dispose()
    source = postgres_at(catalog, url)
    yield Harbour(catalog, Store.POSTGRES, source)
    await source.close()


@asynccontextmanager
async def harbour_in_mongo(urls: EmbeddedUrls) -> AsyncGenerator[Harbour]:
    """Collections with a unique index."""
    catalog, url = catalog_of(documents()), urls.mongo or ""
    with MongoClient(url) as client:
        boats = client.get_default_database("bigraph")["boats"]
        boats.create_index([("flag", 1), ("number", 1)], unique=True)
    source = mongo_at(catalog, url)
    yield Harbour(catalog, Store.MONGO, source)
    await source.close()
