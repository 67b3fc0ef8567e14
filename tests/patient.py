"""In charge of real stores as tests ask them: patiently, since the machine may be busy."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from catalog import Catalog, Entity, Store
from catalog.query import ALWAYS, DataSource
from datasources.embedded import EmbeddedUrls
from datasources.mongo import MongoSource, client_of, database_of
from datasources.places import Queueing
from datasources.postgres import PostgresSource
from resolvers.across.sizes import Sizes

PATIENT = Queueing(seconds=60)


def sources_at(catalog: Catalog, urls: EmbeddedUrls) -> dict[Store, DataSource]:
    """A source for each store, by the driver that is tested."""
    return {
        Store.POSTGRES: postgres_at(catalog, urls.postgres or ""),
        Store.MONGO: mongo_at(catalog, urls.mongo or ""),
    }


@asynccontextmanager
async def counting_patiently() -> AsyncGenerator[None]:
    """Lets MongoDB have more than a second to tell how many documents there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("datasources.mongo.source.PING_SECONDS", 60)
        yield


async def sized(sizes: Sizes, entities: Sequence[Entity]) -> None:
    """Until both stores have said how many rows there are, on which plans depend."""
    async with asyncio.timeout(110), counting_patiently():
        while any(sizes.rows(entity, ALWAYS) is None for entity in entities):
            sizes._due = -math.inf
            await sizes.ready()
            await asyncio.sleep(0.05)


def postgres_at(catalog: Catalog, url: str, **options: Any) -> PostgresSource:
    """The source of a database."""
    patient = {"connect_timeout": 60, "queueing": PATIENT}
    return PostgresSource(catalog, url, **patient | options)


def mongo_at(catalog: Catalog, url: str) -> MongoSource:
    """The source of a database, by the driver that is tested."""
    limits = ("serverSelectionTimeoutMS", "connectTimeoutMS", "waitQueueTimeoutMS")
    patient = url + ("&" if "?" in url else "?") + "&".join(f"{name}=60000" for name in limits)
    client = client_of(patient, os.environ.get("MONGO_DRIVER", "pymongo"))
    return MongoSource(database_of(client), catalog, queueing=PATIENT)
