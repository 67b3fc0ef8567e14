"""In charge of making the collections that Bigraph keeps for itself in MongoDB."""

from __future__ import annotations

from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CollectionInvalid, OperationFailure

from catalog.entity import Store
from datasources.own import KEYS, MARKER, OWN

_EXISTS = 48  # NamespaceExists


async def make_own_collections(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Makes those that are missing, whoever does the same. Raises the driver's errors."""
    present = set(await database.list_collection_names())
    for entity in OWN.of(Store.MONGO):
        if entity.table not in present:
            await _make(database, entity.table)
    # What counts no more is removed by MongoDB itself; but a marker counts as long as its row.
    await _make_index(database[KEYS[Store.MONGO].table], "until", expireAfterSeconds=0)
    await _make_index(database[MARKER.table], "at")


async def _make(database: AsyncDatabase[dict[str, Any]], name: str) -> None:
    try:
        await database.create_collection(name)
    except CollectionInvalid:
        return  # another did so just now
    except OperationFailure as error:
        if error.code != _EXISTS:
            raise


async def _make_index(
    collection: AsyncCollection[dict[str, Any]], name: str, **options: Any
) -> None:
    if f"{name}_1" not in await collection.index_information():
        await collection.create_index(name, **options)
