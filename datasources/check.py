"""In charge of asking stores that are not ours, at start-up, for what the models rely on."""

from __future__ import annotations

import asyncio

from catalog.entity import Catalog, Store
from datasources.mongo.search import check_collections
from datasources.postgres.check import check_tables


async def check(catalog: Catalog, *, postgres_url: str | None, mongo_url: str | None) -> None:
    """Raises ``SearchUnavailable``; a store without URL, or that does not answer, is let be."""
    checks = (
        (check_tables, catalog.of(Store.POSTGRES), postgres_url),
        (check_collections, catalog.of(Store.MONGO), mongo_url),
    )
    await asyncio.gather(
        *(check_store(entities, url) for check_store, entities, url in checks if entities and url)
    )
