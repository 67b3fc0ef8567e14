"""In charge of what a change makes of the rows in memory: one row after the other."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import assert_never

from catalog.change import (
    Change,
    Changed,
    Conflict,
    Delete,
    Insert,
    Update,
)
from catalog.entity import Entity, Store
from catalog.query import Filter, Key
from catalog.types import Scalar
from datasources.edits import edited
from datasources.errors import NotNullViolation
from datasources.given import check, in_the_way, told
from datasources.memory.filters import holds
from datasources.memory.tables import Row, Tables, document_of, values_of

Rows = Sequence[Row]


def changed(tables: Tables, change: Change) -> tuple[Rows, Changed]:
    """All rows of the entity's table as the change leaves them, and what came of it."""
    check(_with_keys(tables, change), defaults=False)
    match change:
        case Insert():
            return _with(tables, change)
        case Update(entity, filter_, edits):
            rows, keys = tables.stored(entity), _matching(tables, entity, filter_)
            left = [edited(entity, row, edits) if _is(entity, row, keys) else row for row in rows]
            for at, row in enumerate(left):
                _check_unique(entity, row, left[:at])
            return left, Changed(tuple(keys))
        case Delete(entity, filter_):
            rows, keys = tables.stored(entity), _matching(tables, entity, filter_)
            return [row for row in rows if not _is(entity, row, keys)], Changed(tuple(keys))
        case _:
            assert_never(change)


def _with_keys(tables: Tables, change: Change) -> Change:
    """The change as it is to be looked at: a key that the store makes is not lacking."""
    if not isinstance(change, Insert):
        return change
    entity, held = change.entity, tables.stored(change.entity)
    rows = tuple(_keyed(entity, row, held, place) for place, row in enumerate(change.rows))
    return replace(change, rows=rows)


def _matching(tables: Tables, entity: Entity, filter_: Filter) -> dict[Key, Row]:
    """The entity's rows that the filter lets through, by their keys."""
    kind = document_of(entity)
    rows = [row for row in tables.rows(entity.name) if holds(tables, filter_, kind, row)]
    return {values_of(row, entity.key): row for row in rows}


def _is(entity: Entity, row: Row, keys: Collection[Key]) -> bool:
    return values_of(row, entity.key) in keys


def _with(tables: Tables, insert: Insert) -> tuple[Rows, Changed]:
    entity, conflict = insert.entity, insert.conflict
    rows, keys, made = list(tables.stored(entity)), list[Key](), set[Key]()
    may = _matching(tables, entity, conflict.filter) if conflict else {}
    for place, given in enumerate(insert.rows):
        row = _keyed(entity, told(entity, given), rows, place)
        at = _met(conflict, row, rows) if conflict else None
        if conflict is None or at is None:
            made.add(values_of(row, entity.key))
        elif _is(entity, rows[at], may):
            row = {**rows.pop(at), **{name: row[name] for name in conflict.update if name in row}}
        else:
            raise in_the_way(entity, conflict.target, place)
        _check_unique(entity, row, rows, place)
        rows.append(row)
        keys.append(values_of(row, entity.key))
    return rows, Changed(tuple(keys), frozenset(made))


def _met(conflict: Conflict, row: Row, rows: Rows) -> int | None:
    """The place of the row that a new one meets, if it meets one."""
    wanted = values_of(row, conflict.target)
    if None in wanted:
        return None
    found = (at for at, held in enumerate(rows) if values_of(held, conflict.target) == wanted)
    return next(found, None)


def _keyed(entity: Entity, row: Row, rows: Rows, place: int) -> Row:
    """The row with a key, as a store makes one: the next number, or a new id."""
    (name, *others) = entity.key
    if others or row.get(name) is not None:
        return row
    match entity.fields[name].type:
        case Scalar.INT | Scalar.BIGINT if entity.store is Store.POSTGRES:
            return {**row, name: max((old[name] for old in rows), default=0) + 1}
        case Scalar.OBJECT_ID:
            held = {old[name] for old in rows}
            return {
                **row,
                name: next(f"{n:024x}" for n in itertools.count() if f"{n:024x}" not in held),
            }
        case Scalar.UUID if entity.store is Store.POSTGRES:
            return {**row, name: uuid.uuid4()}
        case _:
            message = "A value must be there."
            raise NotNullViolation(entity.store.value, message, paths=((name,),), row=place)


def _check_unique(entity: Entity, row: Row, others: Rows, place: int | None = None) -> None:
    for fields in (entity.key, *entity.unique):
        values = values_of(row, fields)
        # To an index of MongoDB null is a value like any other.
        if entity.store is Store.POSTGRES and None in values:
            continue
        if any(values_of(other, fields) == values for other in others):
            raise in_the_way(entity, fields, place)
