"""In charge of making the collections that Bigraph keeps for itself in MongoDB."""

from __future__ import annotations

from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CollectionInvalid, OperationFailure

from catalog.entity import Store
from datasources.own import KEYS, OWN

_EXISTS = 48  # NamespaceExists
_ENDS = "until"


async def make_own_collections(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Makes those that are missing, whoever does the same. Raises the driver's errors."""
    present = set(await database.list_collection_names())
    for entity in OWN.of(Store.MONGO):
        if entity.table not in present:
            await _make(database, entity.table)
    await _make_ending(database[KEYS[Store.MONGO].table])


async def _make(database: AsyncDatabase[dict[str, Any]], name: str) -> None:
    try:
        await database.create_collection(name)
    except CollectionInvalid:
        return  # another did so just now
    except OperationFailure as error:
        if error.code != _EXISTS:
            raise


async def _make_ending(collection: AsyncCollection[dict[str, Any]]) -> None:
    """Has MongoDB itself remove what counts no more."""
    if not any(_ENDS in name for name in await collection.index_information()):
        await collection.create_index(_ENDS, expireAfterSeconds=0)
