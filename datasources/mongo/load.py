"""In charge of what MongoDB starts with: collections, their indexes and the sample's documents."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias, cast

from pymongo import IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure

from catalog.declare import Index
from catalog.entity import Entity
from catalog.types import DocumentType, Field, FieldType, ListType, Scalar, UnionType, element_of
from datasources.mongo.client import Document, client_of, database_of, settled
from datasources.mongo.errors import DRIVER_ERRORS, reason_of
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
    entities: Sequence[Entity], samples: Mapping[type, SampleTable], url: str, progress: Progress
) -> bool:
    """Makes missing collections and indexes, and loads what is not complete; True if any was.

    A collection is noted in the ledger before its first document and again after its last, so an
    interrupted load goes on where it stopped. Raises ``LoadError``.
    """
    client = client_of(url)
    try:
        # PyMongo's own, whose types say more than what it shares with Motor.
        database = cast("Database", database_of(client))
        return await _load(database, entities, samples, progress)
    except DRIVER_ERRORS as error:
        no_answer = isinstance(error, ConnectionFailure)
        reason = reason_of(error) if no_answer else str(error).partition(", full error")[0]
        raise LoadError(f"The sample cannot be loaded into MongoDB: {reason}.") from error
    finally:
        # Even if the other store fails just now, and this is to be given up.
        await asyncio.shield(settled(client.close()))


async def _load(
    database: Database,
    entities: Sequence[Entity],
    samples: Mapping[type, SampleTable],
    progress: Progress,
) -> bool:
    await make_own_collections(database)
    present = set(await database.list_collection_names())
    loaded = False
    for entity in entities:
        sample = sample_of(entity, samples)
        if entity.view:
            continue
        is_new = entity.table not in present
        due = sample is not None and not await _is_complete(database, entity, sample, is_new=is_new)
        if is_new:
            await database.create_collection(entity.table)
            present.add(entity.table)  # two entities may share it
        # Before the documents: SecantusDB takes thrice as long to index them afterwards.
        if indexes := _indexes(entity):
            await _make(database[entity.table], indexes)
        if index := text_index(entity):
            await _make_text_index(database, entity, index)
        if sample is not None and due:
            await _fill(database, entity, sample, progress)
            loaded = True
    return loaded


async def _is_complete(
    database: Database, entity: Entity, sample: SampleTable, *, is_new: bool
) -> bool:
    """What the ledger says; it is told if work is to begin, and asked if it may."""
    ledger, wanted = database[LEDGER], fingerprint(entity, sample)
    noted = None if is_new else await ledger.find_one({"_id": entity.name})
    if noted is None:
        is_empty = is_new or await _is_empty(database, entity)
        check_ledger(entity, None, wanted, is_empty=is_empty)
        begun = {"fingerprint": wanted, "rows": None, "loaded_at": None}
        await ledger.replace_one({"_id": entity.name}, begun, upsert=True)
        return False
    check_ledger(entity, noted["fingerprint"], wanted, is_empty=False)
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
        _heed_cancellation()
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


def _heed_cancellation() -> None:
    # Until Python 3.12 `asyncio.wait_for`, in the driver, loses one that comes as it ends.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


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
    missing = [index for index in indexes if not _is_there(there, index.document)]
    if missing:
        await collection.create_indexes(missing)


def _is_there(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    found = there.get(wanted["name"], {})
    same = found.get("key") == list(wanted["key"].items())
    return same and bool(found.get("unique")) == wanted["unique"]


def _indexes(entity: Entity) -> list[IndexModel]:
    declared = cast("Sequence[Index]", getattr(entity.model, "__indexes__", ()))
    return [_index(list(_keys(entity, index)), unique=index.unique) for index in declared]


def _index(keys: list[tuple[str, int | str]], *, unique: bool) -> IndexModel:
    # The version is MongoDB's own; without it, SecantusDB takes a second start's for another index.
    sphere = any(kind == "2dsphere" for _, kind in keys)
    return IndexModel(keys, unique=unique, **({"2dsphereIndexVersion": 3} if sphere else {}))


def _keys(entity: Entity, index: Index) -> Iterator[tuple[str, int | str]]:
    for name in index.fields:
        stored = ".".join(_stored_path(document_of(entity), name.split(".")))
        yield stored, "2dsphere" if _is_point(document_of(entity), name.split(".")) else 1


def _is_point(kind: FieldType, path: Sequence[str]) -> bool:
    for name in path:
        kind = element_of(kind)
        if not isinstance(kind, DocumentType | UnionType):
            return False
        kind = kind.fields[name].type
    return kind is Scalar.POINT


def _stored_path(kind: FieldType, path: Sequence[str]) -> Iterator[str]:
    for at, name in enumerate(path):
        while isinstance(kind, ListType):  # an index covers each element
            kind = kind.of
        if not isinstance(kind, (DocumentType, UnionType)):
            yield from path[at:]  # into JSON, whose keys no model names
            return
        yield kind.fields[name].stored
        kind = kind.fields[name].type


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
