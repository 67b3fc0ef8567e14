"""In charge of what MongoDB starts with: collections, their indexes and the sample's documents."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias, cast

from pymongo import IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure

from catalog.entity import Entity
from catalog.types import DocumentType, Field, FieldType, ListType, UnionType
from datasources.mongo.client import Document, client_of, database_of, settled
from datasources.mongo.errors import DRIVER_ERRORS, reason_of
from datasources.mongo.indexes import declared_indexes, is_there
from datasources.mongo.own import make_own_collections
from datasources.mongo.paths import document_of, portion_of
from datasources.mongo.search import text_index
from datasources.mongo.values import encoded
from datasources.sample import (
    LEDGER,
    LoadError,
    Progress,
    SampleTable,
    check_ledger,
    fingerprint,
    sample_of,
)

Database: TypeAlias = AsyncDatabase[Document]

# Larger ones are no faster on any server we measured, and hold back other writers longer.
_BATCH = 500


async def load_collections(
    entities: Sequence[Entity],
    samples: Mapping[type, SampleTable],
    url: str,
    progress: Progress,
    *,
    migrates: bool,
) -> bool:
    """Makes missing collections and indexes, and loads what is not complete; True if any was.

    If it ``migrates``, migrations have made them.

    A collection is noted in the ledger before its first document and again after its last, so an
    interrupted load goes on where it stopped. Raises ``LoadError``.
    """
    client = client_of(url)
    try:
        # PyMongo's own, whose types say more than what it shares with Motor.
        database = cast("Database", database_of(client))
        made = None if migrates else await _make_collections(database, entities)
        return await _load(database, entities, samples, progress, made)
    except DRIVER_ERRORS as error:
        no_answer = isinstance(error, ConnectionFailure)
        reason = reason_of(error) if no_answer else str(error).partition(", full error")[0]
        raise LoadError(f"What models say cannot be made in MongoDB: {reason}.") from error
    finally:
        # Even if the other store fails just now, and this is to be given up.
        await asyncio.shield(settled(client.close()))


async def _make_collections(database: Database, entities: Sequence[Entity]) -> set[str]:
    """Makes those that are missing, and their indexes; gives the names of the new ones."""
    present, made = set(await database.list_collection_names()), set[str]()
    for entity in entities:
        if entity.view:
            continue
        if entity.table not in present:
            await database.create_collection(entity.table)
            present.add(entity.table)  # two entities may share it
            made.add(entity.table)
        # Before the documents: SecantusDB takes thrice as long to index them afterwards.
        if indexes := declared_indexes(entity):
            await _make(database[entity.table], indexes)
        if index := text_index(entity):
            await _make_text_index(database, entity, index)
    return made


async def _load(
    database: Database,
    entities: Sequence[Entity],
    samples: Mapping[type, SampleTable],
    progress: Progress,
    made: Collection[str] | None,
) -> bool:
    """Loads what is not complete. ``made`` are the collections that are new, None if it is not
    known, since migrations make them.
    """
    await make_own_collections(database)
    loaded = False
    for entity in entities:
        sample = sample_of(entity, samples)
        if entity.view or sample is None:
            continue
        if not await _is_complete(database, entity, sample, made):
            await _fill(database, entity, sample, progress)
            loaded = True
    return loaded


async def _is_complete(
    database: Database, entity: Entity, sample: SampleTable, made: Collection[str] | None
) -> bool:
    """What the ledger says; it is told if work is to begin, and asked if it may."""
    ledger, wanted, migrates = database[LEDGER], fingerprint(entity, sample), made is None
    is_new = entity.table in (made or ())
    noted = None if is_new else await ledger.find_one({"_id": entity.name})
    if noted is None:
        is_empty = is_new or await _is_empty(database, entity)
        check_ledger(entity, None, wanted, is_empty=is_empty, migrates=migrates)
        begun = {"fingerprint": wanted, "rows": None, "loaded_at": None}
        await ledger.replace_one({"_id": entity.name}, begun, upsert=True)
        return False
    told = noted["fingerprint"]
    check_ledger(entity, told, wanted, is_empty=False, migrates=migrates)
    return noted["rows"] is not None


async def _is_empty(database: Database, entity: Entity) -> bool:
    return await database[entity.table].find_one(portion_of(entity), {"_id": 1}) is None


async def _fill(
    database: Database, entity: Entity, sample: SampleTable, progress: Progress
) -> None:
    """Inserts the documents that are not there yet.

    It does not begin by removing those of an interrupted load: that would take SecantusDB minutes.
    """
    collection = database[entity.table]
    there = await _ids(collection)
    kind, rows, done = document_of(entity), sample.rows(), 0
    while batch := [_stored(kind, row) for row in islice(rows, _BATCH)]:
        await _insert(collection, [document for document in batch if document["_id"] not in there])
        done += len(batch)
        progress(entity.name, done, sample.count)
    noted = {"rows": done, "loaded_at": datetime.datetime.now(datetime.UTC)}
    await database[LEDGER].update_one({"_id": entity.name}, {"$set": noted})


async def _insert(collection: AsyncCollection[Document], documents: list[Document]) -> None:
    if not documents:
        return
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError:
        # What an interrupted load had sent may have been stored since they were listed.
        there = await _ids(collection)
        if not all(document["_id"] in there for document in documents):
            raise


async def _ids(collection: AsyncCollection[Document]) -> set[Any]:
    return {document["_id"] async for document in collection.find({}, {"_id": 1})}


async def _make_text_index(database: Database, entity: Entity, index: IndexModel) -> None:
    try:
        await database[entity.table].create_indexes([index])
    except OperationFailure as error:
        reason = str(error).partition(", full error")[0]
        mend = "Leave __search__ out of the model, or set MONGO_URL to a server that has them."
        message = f"{entity.name} cannot be searched, as its __search__ says: {reason}."
        raise LoadError(message, hint=mend) from error


async def _make(collection: AsyncCollection[Document], indexes: Sequence[IndexModel]) -> None:
    """Makes those that are not there: SecantusDB refuses one of places that it has already."""
    there = await collection.index_information()
    missing = [index for index in indexes if not is_there(there, index.document)]
    if missing:
        await collection.create_indexes(missing)


def _stored(kind: FieldType, value: Any) -> Any:
    """A value as BSON; a document lacks the keys whose values are missing."""
    if value is None:
        return None
    if isinstance(kind, ListType):
        return [_stored(kind.of, item) for item in value]
    if isinstance(kind, UnionType):
        kind = kind.members[value[kind.tag]]
    if isinstance(kind, DocumentType):
        return dict(_members(kind.fields, value))
    return encoded(kind, value)


def _members(fields: Mapping[str, Field], row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if value is not None:
            yield fields[name].stored, _stored(fields[name].type, value)
