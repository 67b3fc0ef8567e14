"""In charge of what the models say and the stores do not have, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from catalog.entity import Catalog, Entity, Store
from datasources.migrations.collections import Collections, IndexSpec, is_same
from datasources.migrations.comparing_tables import table_steps
from datasources.migrations.course import Table
from datasources.migrations.steps import (
    CreateCollection,
    CreateCollectionIndex,
    DropCollection,
    DropCollectionIndex,
    SetValidator,
)
from datasources.mongo.indexes import declared_indexes
from datasources.mongo.search import text_index
from datasources.mongo.validators import validator_of


def differences(
    catalog: Catalog,
    connection: sa.Connection | None,
    there: Collections,
    made: Collection[Table],
    known: Collection[str],
) -> ops.UpgradeOps:
    """The steps that would make the stores what the models say.

    ``there`` is what MongoDB has. Of tables and collections that no model has, those are dropped
    that the history has ``made``, or ``known``; all others are somebody else's.
    """
    steps: list[MigrateOperation] = []
    if connection is not None:
        steps += table_steps(catalog.of(Store.POSTGRES), connection, made)
        connection.rollback()
    return ops.UpgradeOps([*steps, *_collection_steps(catalog.of(Store.MONGO), there, known)])


def _collection_steps(
    entities: Sequence[Entity], there: Collections, known: Collection[str]
) -> Iterator[MigrateOperation]:
    by_name: dict[str, list[Entity]] = {}
    for entity in entities:
        if not entity.view:
            by_name.setdefault(entity.table, []).append(entity)
    for name, sharing in by_name.items():
        yield from _steps_of(name, sharing, there)
    gone = (name for name in known if name not in by_name and name in there.named)
    yield from map(DropCollection, gone)


def _steps_of(
    name: str, entities: Sequence[Entity], there: Collections
) -> Iterator[MigrateOperation]:
    if name not in there.named:
        yield CreateCollection(name)
    schema = validator_of(entities)
    if schema != there.schema(name):
        yield SetValidator(name, schema)
    wanted = dict(_indexes(entities))
    found = there.named[name].indexes if name in there.named else {}
    for index, spec in found.items():
        if index not in wanted or not is_same(spec, wanted[index]):
            yield DropCollectionIndex(name, index)
    for index, spec in wanted.items():
        if index not in found or not is_same(found[index], spec):
            yield CreateCollectionIndex(name, spec)


def _indexes(entities: Iterable[Entity]) -> Iterator[tuple[str, IndexSpec]]:
    for entity in entities:
        text = text_index(entity)
        for index in (*declared_indexes(entity), *([text] if text else ())):
            told = dict(index.document)
            if told.get("unique") is False:
                del told["unique"]
            yield told["name"], {**told, "key": dict(told["key"])}
