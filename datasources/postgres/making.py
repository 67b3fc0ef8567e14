"""In charge of what is asked of Postgres for one change, and of what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeAlias, assert_never, cast

from catalog.change import (
    Change,
    Changed,
    Conflict,
    Delete,
    Edit,
    Increment,
    Insert,
    Pull,
    Push,
    Set,
    Update,
)
from catalog.columns import ABSENT, Columns
from catalog.entity import Entity
from catalog.query import ALWAYS, Among, And, Key, Path
from catalog.summary import type_at
from catalog.types import DocumentType, FieldType, ListType, Scalar, UnionType, element_of
from datasources.errors import ChangeRefused, ValueInvalid
from datasources.given import check, in_the_way, leaves, told_columns
from datasources.postgres.changes import Changes
from datasources.postgres.session import Result
from datasources.postgres.statements import Call
from datasources.postgres.values import all_storable, storable

Send: TypeAlias = Callable[[str, Change, Sequence[Call]], Awaitable[list[Result]]]
"""Sends the statements of a change, under the name of what it does."""

_STORE = "postgres"


class Making:
    """Makes changes, of which ``changes`` has the statements."""

    def __init__(self, changes: Changes, send: Send) -> None:
        self._changes = changes
        self._send = send

    async def made(self, change: Change) -> Changed:
        """What came of it. Raises ``StoreError``."""
        check(change, defaults=True)
        match change:
            case Insert():
                return await self._inserted(change)
            case Update():
                for edit in change.edits:
                    _check_texts(change.entity, edit)
                return Changed(await self._keys("UPDATE", change, self._changes.updating(change)))
            case Delete():
                return Changed(await self._keys("DELETE", change, self._changes.deleting(change)))
            case _:
                assert_never(change)

    async def _keys(self, operation: str, change: Change, call: Call) -> tuple[Key, ...]:
        (result,) = await self._send(operation, change, [call])
        return tuple(_keys_in(change.entity, call, result))

    async def _inserted(self, insert: Insert) -> Changed:
        """By a statement for all rows with the same fields; all of them in one round trip."""
        columns = told_columns(insert.entity, insert.rows)
        _check_columns(insert.entity, columns)
        may = await self._may_update(insert, insert.conflict) if insert.conflict else None
        alike = _alike(insert.entity, columns, len(insert.rows))
        calls = [self._changes.inserting(insert, each.columns, len(each.places)) for each in alike]
        keys = dict[int, Key]()
        made = set[Key]()
        results = await self._send("INSERT", insert, calls) if calls else []
        for each, call, result in zip(alike, calls, results, strict=True):
            found = _keys_in(insert.entity, call, result)
            if len(found) < len(each.places):
                raise ChangeRefused(_STORE, "A trigger of the table passes over a row.")
            keys.update(zip(each.places, found, strict=True))
            made.update(key for key, row in zip(found, result[0], strict=True) if row[-1])
        for at, key in keys.items():
            if may is not None and key not in made and key not in may:
                target = insert.conflict.target if insert.conflict else ()
                raise in_the_way(insert.entity, target, at)
        return Changed(tuple(keys[at] for at in range(len(keys))), frozenset(made))

    async def _may_update(self, insert: Insert, conflict: Conflict) -> frozenset[Key] | None:
        """The rows that new ones meet and may update, which are locked; None if they may any.

        It cannot be said in ``ON CONFLICT … WHERE``, which would pass over the others silently.
        """
        if conflict.filter == ALWAYS and insert.entity.portion is None:
            return None
        met = [tuple(row.get(name) for name in conflict.target) for row in insert.rows]
        among = Among(conflict.target, tuple(key for key in met if None not in key))
        locking = Update(insert.entity, And((among, conflict.filter)), ())
        call = self._changes.updating(locking)
        return frozenset(await self._keys("SELECT", locking, call))


class _Alike(NamedTuple):
    """Rows with the same fields: their places, and their values by field."""

    places: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


def _alike(entity: Entity, columns: Columns, count: int) -> list[_Alike]:
    """So many rows, parted by which fields they have."""
    given = {n: columns.values[n] for n in entity.stored_fields if n in columns.values}
    if columns.whole:
        return [_Alike(range(count), given)] if count else []
    places = dict[tuple[str, ...], list[int]]()
    for at in range(count):
        fields = tuple(name for name, values in given.items() if values[at] is not ABSENT)
        places.setdefault(fields, []).append(at)
    return [
        _Alike(found, {name: [given[name][at] for at in found] for name in fields})
        for fields, found in places.items()
    ]


def _keys_in(entity: Entity, call: Call, result: Result) -> list[Key]:
    rows, types = result
    reader, size = call.statement.reader(types), len(entity.key)
    if reader is None or not reader.decoders:
        return [row[:size] for row in rows]
    records = map(reader, rows)
    return [tuple(record[name] for name in entity.key) for record in records]


def _check_columns(entity: Entity, columns: Columns) -> None:
    for name, values in columns.values.items():
        kind = entity.fields[name].type
        if _holds_text(kind) and not all_storable(_texts(values)):
            at = next(at for at, value in enumerate(values) if not all_storable(_texts([value])))
            raise _unstorable((name,), at)
        if _holds_documents(kind):
            for at, value in enumerate(values):
                _check_inside(kind, None if value is ABSENT else value, (name,), at)


def _check_texts(entity: Entity, edit: Edit) -> None:
    match edit:
        case Set(path, value):
            _check_inside(type_at(entity, path), value, path, None)
        case Push(path, values) | Pull(path, values):
            _check_inside(type_at(entity, path), values, path, None)
        case Increment():
            pass
        case _:
            assert_never(edit)


def _check_inside(kind: FieldType, value: Any, path: Path, row: int | None) -> None:
    """Raises ``ValueInvalid`` for a text in a value that Postgres does not hold."""
    for at, leaf, held in leaves(kind, value, path):
        if leaf is Scalar.STRING and not storable(held):
            raise _unstorable(at, row)


def _holds_text(kind: FieldType) -> bool:
    return kind is Scalar.STRING or (isinstance(kind, ListType) and kind.of is Scalar.STRING)


def _holds_documents(kind: FieldType) -> bool:
    return isinstance(element_of(kind), DocumentType | UnionType)


def _texts(values: Sequence[Any]) -> Iterator[Any]:
    lists = [cast("list[Any]", value) for value in values if isinstance(value, list)]
    return chain(values, chain.from_iterable(lists))


def _unstorable(path: Path, row: int | None) -> ValueInvalid:
    message = "Postgres holds no text with NUL, or with half of a character."
    return ValueInvalid(_STORE, message, paths=(path,), row=row)
