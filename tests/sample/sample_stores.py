"""In charge of looking into the stores from outside, and of small samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from pymongo import AsyncMongoClient

from catalog import Catalog
from datasources.load import Progress, SampleTable, load
from models.sample import tables

FEW = {"Airline": 16, "Plane": 200, "Flight": 2_500, "Airport": 60, "Weather": 600}


@dataclass(frozen=True)
class Stores:
    """A Postgres and a MongoDB database, by URL."""

    postgres: str
    mongo: str

    async def sql(self, query: str) -> list[Any]:
        """The rows of a query, in a connection of its own."""
        async with await psycopg.AsyncConnection.connect(self.postgres, autocommit=True) as opened:
            cursor = await opened.execute(query.encode())
            return await cursor.fetchall() if cursor.description else []

    async def find(self, collection: str, **filters: Any) -> list[dict[str, Any]]:
        """The documents of a collection."""
        async with AsyncMongoClient(self.mongo, tz_aware=True) as client:
            return await client.get_default_database()[collection].find(filters).to_list()

    async def mongo_command(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a command."""
        async with AsyncMongoClient(self.mongo) as client:
            return await client.get_default_database().command(command)

    async def counts(self) -> dict[str, int]:
        """How many rows each entity has, as the stores themselves say."""
        [row] = await self.sql(
            "SELECT (SELECT count(*) FROM airline), (SELECT count(*) FROM plane),"
            " (SELECT count(*) FROM flight)"
        )
        documents = [len(await self.find("airports")), len(await self.find("weather"))]
        return dict(zip(FEW, [*row, *documents], strict=True))


def few(sizes: Mapping[str, int] = FEW) -> list[SampleTable]:
    """The first rows of the sample."""
    return [_first(table, sizes[table.model.__name__]) for table in tables()]


def _first(table: SampleTable, count: int) -> SampleTable:
    return dataclasses.replace(table, count=count, rows=lambda: islice(table.rows(), count))


def quiet(name: str, done: int, total: int) -> None:
    """Says nothing of the progress."""


async def load_few(catalog: Catalog, stores: Stores, progress: Progress = quiet) -> bool:
    """Loads the small sample."""
    urls = {"postgres_url": stores.postgres, "mongo_url": stores.mongo}
    return await load(catalog, few(), progress=progress, **urls)
