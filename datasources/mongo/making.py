"""In charge of what is asked of MongoDB for one change: first for the keys, then to write.

In between nothing changes: a transaction sees one state, and who writes the same is in conflict.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, assert_never

from pymongo import UpdateOne

from catalog.change import Change, Changed, Conflict, Delete, Increment, Insert, Update
from catalog.columns import ABSENT, columns_of
from catalog.entity import Catalog, Entity
from catalog.query import ALWAYS, Among, And, Filter, Key, Path, Read, Record
from catalog.types import type_after
from datasources.edits import edited
from datasources.errors import ValueOutOfRange
from datasources.given import check, in_the_way, told
from datasources.mongo.client import Collection, Database, Document, Session
from datasources.mongo.edits import edit_stages
from datasources.mongo.paths import portion_of
from datasources.mongo.rows import matching
from datasources.mongo.values import NOTHING, encoded
from datasources.mongo.writing import documents, stored

Rows: TypeAlias = Callable[[Read], Awaitable[Sequence[Record]]]
"""Reads in the transaction."""

_STORE = "mongo"


class Making:
    """Makes changes in one session's transaction, which ``rows_of`` reads in as well."""

    def __init__(
        self, catalog: Catalog, database: Database, session: Session, rows_of: Rows
    ) -> None:
        self._catalog = catalog
        self._database = database
        self._session = session
        self._rows_of = rows_of

    async def made(self, change: Change) -> Changed:
        """What came of it. Raises the driver's errors, and ``StoreError``."""
        check(change, defaults=False)
        match change:
            case Insert():
                return await self._inserted(change)
            case Update():
                return await self._updated(change)
            case Delete():
                return await self._deleted(change)
            case _:
                assert_never(change)

    async def _updated(self, update: Update) -> Changed:
        entity, edits = update.entity, update.edits
        stages = edit_stages(entity, edits)
        summed = {edit.path[0] for edit in edits if isinstance(edit, Increment)}
        found = await self._found(entity, update.filter, [(name,) for name in summed])
        keys = _keys_of(entity, found)
        for record in found if summed else ():
            _check_sums(update, record, [edit for edit in edits if edit.path[0] in summed])
        if keys and stages:
            query = self._query(entity, update.filter, keys)
            await self._collection(entity).update_many(query, stages, session=self._session)
        return Changed(keys)

    async def _deleted(self, delete: Delete) -> Changed:
        entity = delete.entity
        keys = _keys_of(entity, await self._found(entity, delete.filter))
        if keys:
            query = self._query(entity, delete.filter, keys)
            await self._collection(entity).delete_many(query, session=self._session)
        return Changed(keys)

    async def _inserted(self, insert: Insert) -> Changed:
        entity = insert.entity
        if insert.conflict:
            return await self._upserted(insert, insert.conflict)
        made = documents(entity, insert.rows, range(len(insert.rows)))
        keys = _new_keys(entity, insert.rows, made)
        if made:
            await self._collection(entity).insert_many(made, session=self._session)
        return Changed(tuple(keys), frozenset(keys))

    async def _upserted(self, insert: Insert, conflict: Conflict) -> Changed:
        """The rows that meet none go in by one command, the others change by another."""
        entity, rows = insert.entity, [told(insert.entity, row) for row in insert.rows]
        targets = [tuple(row.get(name) for name in conflict.target) for row in rows]
        met = await self._met(insert, conflict, targets)
        new = [at for at, target in enumerate(targets) if target not in met]
        coming = [rows[at] for at in new]
        held = documents(entity, coming, new)
        updates = [
            UpdateOne({"_id": _stored_key(entity, met[target])}, {"$set": values})
            for target, row in zip(targets, rows, strict=True)
            if target in met and (values := _replacing(entity, conflict, row))
        ]
        collection = self._collection(entity)
        if held:
            await collection.insert_many(held, session=self._session)
        if updates:
            await collection.bulk_write(updates, session=self._session)
        made = dict(zip(new, _new_keys(entity, coming, held), strict=True))
        keys = [made.get(at) or met[target] for at, target in enumerate(targets)]
        return Changed(tuple(keys), frozenset(made.values()))

    async def _met(
        self, insert: Insert, conflict: Conflict, targets: Sequence[Key]
    ) -> Mapping[Key, Key]:
        """The keys of the documents that new rows meet, by target. Raises ``UniqueViolation``."""
        entity, fields = insert.entity, [(name,) for name in conflict.target]
        among = Among(conflict.target, tuple(t for t in targets if None not in t))
        found = await self._found(entity, among, fields)
        met = {tuple(r[name] for name in conflict.target): _key_of(entity, r) for r in found}
        if met and conflict.filter != ALWAYS:
            may = await self._found(entity, And((among, conflict.filter)))
            allowed = set(_keys_of(entity, may))
            for at, target in enumerate(targets):
                if target in met and met[target] not in allowed:
                    raise in_the_way(entity, conflict.target, at)
        return met

    async def _found(
        self, entity: Entity, filter_: Filter, fields: Sequence[Path] = ()
    ) -> Sequence[Record]:
        paths = dict.fromkeys([*((name,) for name in entity.key), *fields])
        return await self._rows_of(Read(entity, tuple(paths), filter=filter_))

    def _query(self, entity: Entity, filter_: Filter, keys: Sequence[Key]) -> Document:
        """The filter itself where one query can say it, else the keys of what it found."""
        portion = portion_of(entity)
        match matching(self._catalog, entity, filter_):
            case []:
                return portion
            case [{"$match": condition}]:
                return {"$and": [portion, condition]} if portion else condition
            case _:
                return {"_id": {"$in": [_stored_key(entity, key) for key in keys]}}

    def _collection(self, entity: Entity) -> Collection:
        return self._database[entity.table]


def _key_of(entity: Entity, record: Record) -> Key:
    return tuple(record[name] for name in entity.key)


def _keys_of(entity: Entity, records: Sequence[Record]) -> tuple[Key, ...]:
    return tuple(_key_of(entity, record) for record in records)


def _new_keys(
    entity: Entity, rows: Sequence[Mapping[str, Any]], made: Sequence[Document]
) -> list[Key]:
    """The keys of new rows; those that were made for them are ObjectIds."""
    (name,) = entity.key
    given = columns_of(rows).values.get(name, [None] * len(rows))
    return [
        (str(held["_id"]) if key is None or key is ABSENT else key,)
        for key, held in zip(given, made, strict=True)
    ]


def _stored_key(entity: Entity, key: Key) -> Any:
    return encoded(entity.fields[entity.key[0]].type, key[0])


def _replacing(entity: Entity, conflict: Conflict, row: Mapping[str, Any]) -> Document:
    fields = {name: entity.fields[name] for name in conflict.update if name in row}
    return {f.stored: stored(f.type, row[name], (name,)) for name, f in fields.items()}


def _check_sums(update: Update, record: Record, edits: Sequence[Any]) -> None:
    """Raises ``ValueOutOfRange``: MongoDB itself would store a sum of another type."""
    row = edited(update.entity, record, edits)
    for edit in edits:
        kind, value = update.entity.document, row
        for name in edit.path:
            kind, value = type_after(kind, name), value and value.get(name)
        if isinstance(edit, Increment) and value is not None and encoded(kind, value) is NOTHING:
            message = "The sum is beyond what its field can hold."
            raise ValueOutOfRange(_STORE, message, paths=(edit.path,))
