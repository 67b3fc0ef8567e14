"""In charge of answering reads from plain Python records: for tests without servers.

It is also what the other sources are held to: where they disagree with it, one of them is wrong.
So it says what each read means in the plainest way, and is never fast.
"""

from __future__ import annotations

import asyncio
from collections import ChainMap
from collections.abc import AsyncGenerator, Iterable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from catalog.change import Isolation, Transaction
from catalog.entity import Catalog, Entity, Store
from catalog.errors import StoredValueError
from catalog.query import Answer, Join, Key, Path, Read, Record
from catalog.routine import VALUE, Gives
from catalog.summary import Summary
from catalog.templates import Ask
from catalog.types import (
    DocumentType,
    Field,
    FieldType,
    ListType,
    UnionType,
    step_to,
    stepped_to,
)
from catalog.viewer import Viewer
from datasources.errors import StoreError
from datasources.memory.filters import holds
from datasources.memory.groups import groups_of
from datasources.memory.ordering import ordered
from datasources.memory.tables import Row, Tables, document_of, values_of
from datasources.memory.transaction import MemoryTransaction


class MemorySource:
    """A ``DataSource`` over records held in memory.

    ``tables`` holds each entity's records by the entity's name; a record holds values by Python
    field name, in the form in which sources return them: datetimes aware, enums by their API name,
    ObjectIds as hex digits, nested documents as dicts. A name left out is null. Every query sees
    the records as they are at that moment. Once an entity's rows are changed by a transaction, they
    are the source's own.
    """

    policy = ""

    def __init__(self, catalog: Catalog, store: Store, tables: Mapping[str, Sequence[Row]]) -> None:
        self.store = store
        self._catalog = catalog
        self._held = ChainMap({}, cast("MutableMapping[str, Sequence[Row]]", tables))
        self._tables = Tables(catalog, store, self._held)
        self._turn = asyncio.Lock()

    def as_seen_by(self, viewer: Viewer) -> MemorySource:  # noqa: ARG002
        """Itself: memory shows everybody the same."""
        return self

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Answers each read; under every key of a batch, also those without rows."""
        return [self._answers(read) for read in reads]

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        return await self.read([ask.read for ask in asks])

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """Exactly how many rows each has."""
        return {entity.name: len(self._tables.rows(entity.name)) for entity in entities}

    @asynccontextmanager
    async def begin(
        self,
        isolation: Isolation | None = None,  # noqa: ARG002 (one at a time is any level)
    ) -> AsyncGenerator[Transaction]:
        """A transaction, which begins when those before it have ended."""
        async with self._turn:
            seen = self._held.new_child()
            source = MemorySource(self._catalog, self.store, seen)
            transaction = MemoryTransaction(source, source._tables, seen)
            yield transaction
            transaction.check()
            self._held.update(seen.maps[0])

    def begin_own(
        self, isolation: Isolation | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """The same: memory knows of nobody."""
        return self.begin(isolation)

    async def ping(self) -> str | None:
        """None: memory always answers."""
        return None

    async def close(self) -> None:
        """Does nothing: there is nothing to give back."""

    def _answers(self, read: Read | Summary) -> dict[Key, Answer]:
        entity, batch = read.entity.name, read.batch
        if batch is None:
            return {(): self._answer(read, self._rows(read))}
        return {
            key: self._answer(read, self._tables.found(entity, batch.fields, key, batch.through))
            for key in batch.keys
        }

    def _rows(self, read: Read | Summary) -> Sequence[Row]:
        """What is read: the entity's rows, or those that a call's Python form gives."""
        if read.call is None:
            return self._tables.rows(read.entity.name)
        routine = read.call.routine
        if routine.python is None:
            message = f"{routine.name} has no Python form, so memory cannot call it."
            raise StoreError(self.store.value, message)
        given = {name: value for name, (_, value) in read.call.by_name.items()}
        made = routine.python(self._tables.rows_of, **given)
        return [{VALUE: made}] if routine.gives is Gives.VALUE else made

    def _answer(self, read: Read | Summary, rows: Sequence[Row]) -> Answer:
        summarized = isinstance(read, Summary)
        return self._summarized(read, rows) if summarized else self._listed(read, rows)

    def _summarized(self, summary: Summary, rows: Sequence[Row]) -> Answer:
        groups = groups_of(self._tables, summary, rows)
        kind = document_of(summary.groups)
        listed = ordered(self._tables, kind, groups, summary.order)
        return Answer([dict(group) for group in listed[summary.offset :][: summary.limit]])

    def _listed(self, read: Read, rows: Sequence[Row]) -> Answer:
        kind = read.entity.document
        matching = [row for row in rows if holds(self._tables, read.filter, kind, row)]
        after = [row for row in matching if holds(self._tables, read.after, kind, row)]
        unlike = _distinct(after, read.fields) if read.distinct else after
        rest = ordered(self._tables, kind, unlike, read.order)[read.offset :][: read.limit]
        return Answer(
            [self._record(kind, row, read.fields, read.joins) for row in rest],
            total=len(matching) if read.total else None,
        )

    def _record(
        self,
        kind: DocumentType | UnionType,
        row: Row,
        fields: Iterable[Path],
        joins: Iterable[Join],
    ) -> Record:
        record = _asked(*_narrowed(kind, row, fields), row)
        return record | {join.relation.name: self._joined(row, join) for join in joins}

    def _joined(self, row: Row, join: Join) -> Record | None:
        target = self._tables.related_one(join.relation, row)
        if target is None:
            return None
        kind = self._tables.kind(join.relation.target)
        return self._record(kind, target, join.fields, join.joins)


def _distinct(rows: Iterable[Row], fields: Iterable[Path]) -> list[Row]:
    names = [name for (name,) in fields]
    return list({values_of(row, names): row for row in rows}.values())


def _projected(kind: FieldType, value: Any, paths: Iterable[Path]) -> Any:
    """What the paths ask of a value: of a list each element, of a document only those fields."""
    if value is None:
        return None
    if isinstance(kind, ListType):
        paths = tuple(paths)
        return [_projected(kind.of, item, paths) for item in value]
    if isinstance(kind, UnionType) and kind.member(value.get(kind.tag)) is None:
        return StoredValueError(f"The stored value is of no kind that {kind.name} has.")
    if isinstance(kind, (DocumentType, UnionType)):
        return _asked(*_narrowed(kind, value, paths), value)
    return value


def _narrowed(
    kind: DocumentType | UnionType, value: Row, paths: Iterable[Path]
) -> tuple[Mapping[str, Field], list[Path]]:
    """The fields that a value may have, and the paths to those asked of it.

    Of one that tells its kind, those of the kind; of one that tells none, those that all have.
    """
    paths = list(paths)
    if isinstance(kind, DocumentType):
        return kind.fields, paths
    named = kind.member(value.get(kind.tag)) if (kind.tag,) in paths or () in paths else None
    step = step_to(named.name) if named else None
    near = [path[1:] if path[:1] == (step,) else path for path in paths]
    near = [path for path in near if not path or stepped_to(path[0]) is None]
    return (named.fields if named else kind.fields), near


def _asked(fields: Mapping[str, Field], paths: Iterable[Path], value: Row) -> Record:
    """A path that asks for the whole asks for each of the fields."""
    asked: dict[str, list[Path]] = {}
    for path in paths:
        for name, *inner in (path,) if path else ((name,) for name in fields):
            asked.setdefault(name, []).append(tuple(inner))
    return {
        name: _projected(fields[name].type, value.get(name), inner) for name, inner in asked.items()
    }
