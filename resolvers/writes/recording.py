"""In charge of noting changes while they are made: how to make them again, and how to undo them.

What is noted says by key which rows it is about, so that it means the same later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, assert_never

from catalog.change import (
    Change,
    Changed,
    Delete,
    Edit,
    Increment,
    Insert,
    Set,
    Transaction,
    Update,
)
from catalog.change_codec import by_key
from catalog.entity import Entity
from catalog.errors import stored_errors
from catalog.query import Among, Filter, Key, Path, Read, Record
from catalog.summary import type_at
from catalog.types import Scalar
from catalog.writing import writable_fields

_EXACT = (Scalar.INT, Scalar.BIGINT)
"""Numbers from which what was added can be taken away again, whatever was added meanwhile."""


class Redoing:
    """A transaction's changes, which it makes; ``again`` makes the same of other transactions."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.again: list[Change] = []

    async def change(self, change: Change) -> Changed:
        """As the transaction."""
        changed = await self._transaction.change(change)
        self.again.extend(redone(change, changed))
        return changed


class Undoing:
    """The same; ``back`` takes back what was changed, the last first.

    The transaction must see one state, or rows may have become others since they were looked at.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.back: list[Change] = []

    async def change(self, change: Change) -> Changed:
        """As the transaction. Raises ``StoredValueError`` for a row that could not come back."""
        before = await self._before(change)
        changed = await self._transaction.change(change)
        self.back[:0] = undone(change, changed, before)
        return changed

    async def _before(self, change: Change) -> Mapping[Key, Record]:
        """The rows that are there and may change, by their keys."""
        entity, wanted = change.entity, _touched(change)
        if wanted is None:
            return {}
        read = Read(entity, tuple((name,) for name in entity.stored_fields), filter=wanted)
        (answers,) = await self._transaction.read([read])
        rows = answers[()].rows
        for error in (error for row in rows for error in stored_errors(row)):
            raise error
        return {_key(entity, row): row for row in rows}


def redone(change: Change, changed: Changed) -> Iterator[Change]:
    """What does to the same rows what the change did."""
    entity, keys = change.entity, changed.keys
    match change:
        case Insert(rows=rows, conflict=conflict):
            keyed = [_keyed(entity, row, key) for row, key in zip(rows, keys, strict=True)]
            yield from _made([(k, r) for k, r in keyed if k in changed.made], entity)
            update = conflict.update if conflict else ()
            for key, row in ((key, row) for key, row in keyed if key not in changed.made):
                edits = tuple(Set((name,), row[name]) for name in update if name in row)
                yield from [Update(entity, by_key(entity, [key]), edits)] if edits else []
        case Update(edits=edits):
            yield from [Update(entity, by_key(entity, keys), edits)] if keys and edits else []
        case Delete():
            yield from [Delete(entity, by_key(entity, keys))] if keys else []
        case _:
            assert_never(change)


def undone(change: Change, changed: Changed, before: Mapping[Key, Record]) -> Iterator[Change]:
    """What makes of the rows again what they were ``before``."""
    entity = change.entity
    match change:
        case Insert(conflict=conflict):
            fresh = [key for key in changed.keys if key in changed.made]
            yield from [Delete(entity, by_key(entity, fresh))] if fresh else []
            met = [key for key in changed.keys if key not in changed.made]
            update = conflict.update if conflict else ()
            yield from _as_before(entity, met, before, [(name,) for name in update])
        case Update(edits=edits):
            places = _outermost({edit.path for edit in edits if not _is_exact(entity, edit)})
            sums = [edit for edit in edits if isinstance(edit, Increment)]
            sums = [edit for edit in sums if not _lies_in(edit.path, places)]
            yield from _subtracted(entity, changed.keys, before, sums)
            yield from _as_before(entity, changed.keys, before, places)
        case Delete():
            rows = [before[key] for key in changed.keys]
            names = _insertable(entity)
            again = tuple({name: row[name] for name in names} for row in rows)
            yield from [Insert(entity, again)] if again else []
        case _:
            assert_never(change)


def _touched(change: Change) -> Filter | None:
    match change:
        case Insert(conflict=None):
            return None
        case Insert(rows=rows, conflict=conflict):
            target = conflict.target if conflict else ()
            met = [tuple(row.get(name) for name in target) for row in rows]
            return Among(target, tuple(key for key in met if None not in key))
        case Update(filter=filter_) | Delete(filter=filter_):
            return filter_
        case _:
            assert_never(change)


def _made(rows: Iterable[tuple[Key, Record]], entity: Entity) -> Iterator[Change]:
    made = tuple(row for _, row in rows)
    yield from [Insert(entity, made)] if made else []


def _subtracted(
    entity: Entity, keys: Iterable[Key], before: Mapping[Key, Record], sums: Sequence[Increment]
) -> Iterator[Change]:
    """What was added is taken away, where it was added to something."""
    alike: dict[tuple[Edit, ...], list[Key]] = {}
    for key in keys:
        grown = [edit for edit in sums if _at(before[key], edit.path) is not None]
        alike.setdefault(tuple(Increment(e.path, -e.by) for e in grown), []).append(key)
    yield from _updated(entity, alike.items())


def _as_before(
    entity: Entity, keys: Iterable[Key], before: Mapping[Key, Record], places: Sequence[Path]
) -> Iterator[Change]:
    """Old values at these places; rows in which they were alike get them together."""
    alike: dict[str, tuple[tuple[Edit, ...], list[Key]]] = {}
    for key in keys:
        there = _outermost({_place_in(before[key], path) for path in places})
        edits = tuple(Set(path, _at(before[key], path)) for path in there)
        alike.setdefault(repr(edits), (edits, []))[1].append(key)
    yield from _updated(entity, alike.values())


def _updated(
    entity: Entity, said: Iterable[tuple[tuple[Edit, ...], Sequence[Key]]]
) -> Iterator[Change]:
    yield from (Update(entity, by_key(entity, keys), edits) for edits, keys in said if edits)


def _place_in(row: Record, path: Path) -> Path:
    """The place to put back: where there was no document, all that lies in it goes with it."""
    ends = (path[:end] for end in range(1, len(path)))
    return next((place for place in ends if _at(row, place) is None), path)


def _at(row: Record, path: Path) -> Any:
    """What stood at a path; None once anything on the way was null."""
    value: Any = row
    for name in path:
        value = None if value is None else value.get(name)
    return value


def _outermost(places: Collection[Path]) -> list[Path]:
    """These places, without those that lie in others."""
    return [path for path in sorted(places) if not _lies_in(path[:-1], places)]


def _lies_in(path: Path, places: Collection[Path]) -> bool:
    return any(path[:end] in places for end in range(1, len(path) + 1))


def _is_exact(entity: Entity, edit: object) -> bool:
    return isinstance(edit, Increment) and type_at(entity, edit.path) in _EXACT


def _keyed(entity: Entity, row: Mapping[str, Any], key: Key) -> tuple[Key, Record]:
    return key, {**row, **dict(zip(entity.key, key, strict=True))}


def _key(entity: Entity, row: Record) -> Key:
    return tuple(row[name] for name in entity.key)


def _insertable(entity: Entity) -> list[str]:
    """What a row can be made of, as it was: all but what the store computes."""
    tag = entity.portion.tag if entity.portion else None
    given = {each.field.name for each in writable_fields(entity)} | {*entity.key, tag}
    return [name for name in entity.stored_fields if name in given]
