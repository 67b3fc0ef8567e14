"""In charge of the real stores that laws are tried on."""

from __future__ import annotations

import os

from catalog import Catalog, Store
from catalog.query import DataSource
from datasources.embedded import EmbeddedUrls
from datasources.mongo import MongoSource, client_of, database_of
from datasources.postgres import PostgresSource


def sources_at(catalog: Catalog, urls: EmbeddedUrls) -> dict[Store, DataSource]:
    """A source for each store, by the driver that is tested; patient, as hundreds ask at once."""
    client = client_of(_patient(urls.mongo or ""), os.environ.get("MONGO_DRIVER", "pymongo"))
    return {
        Store.POSTGRES: PostgresSource(
            catalog, urls.postgres or "", connect_timeout=60, queue_timeout=60
        ),
        Store.MONGO: MongoSource(database_of(client), catalog),
    }


def _patient(url: str) -> str:
    """The URL with limits that a busy machine keeps."""
    limits = ("serverSelectionTimeoutMS", "connectTimeoutMS", "waitQueueTimeoutMS")
    return url + ("&" if "?" in url else "?") + "&".join(f"{name}=60000" for name in limits)
