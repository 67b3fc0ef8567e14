"""In charge of what the stores start with: tables, collections, indexes and the sample's rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from catalog.ending import ended
from catalog.entity import Catalog, Store
from datasources.mongo.load import load_collections
from datasources.postgres.load import load_tables
from datasources.sample import LoadError, Progress, SampleTable

__all__ = ["LoadError", "Progress", "SampleTable", "load"]


async def load(
    catalog: Catalog,
    tables: Iterable[SampleTable],
    *,
    postgres_url: str | None,
    mongo_url: str | None,
    progress: Progress,
    migrates: bool = False,
) -> bool:
    """Makes what is missing, in both stores at once; True if rows were loaded.

    If it ``migrates``, migrations have made tables and collections, and only rows may be missing. A
    store without URL is left alone. Interrupted at any point, the next call completes the work;
    rows that are there already are never changed or removed. Raises ``LoadError``.
    """
    samples = {table.model: table for table in tables}
    for entity in catalog.values():
        if entity.view and entity.model in samples:
            hint = "Leave it out of the sample: its rows are made of others."
            raise LoadError(f"{entity.name} cannot be loaded: it is a view.", hint=hint)
    stores = (
        (load_tables, catalog.of(Store.POSTGRES), postgres_url),
        (load_collections, catalog.of(Store.MONGO), mongo_url),
    )
    loads = [
        asyncio.create_task(load_store(entities, samples, url, progress, migrates=migrates))
        for load_store, entities, url in stores
        if entities and url
    ]
    return any(await _all(loads))


async def _all(loads: Sequence[asyncio.Task[bool]]) -> list[bool]:
    """What they give. If one fails the other is interrupted, as it is with who waits for them."""
    try:
        for each in asyncio.as_completed(loads):
            await each
    finally:
        await ended(loads)
    return [each.result() for each in loads]
