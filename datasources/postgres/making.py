"""In charge of what is asked of Postgres for one change, and of what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias, assert_never, cast

from catalog.change import Change, Changed, Conflict, Delete, Edit, Insert, Pull, Push, Set, Update
from catalog.entity import Entity
from catalog.query import ALWAYS, Among, And, Key
from catalog.types import FieldType, ListType, Scalar
from datasources.errors import ChangeRefused, ValueInvalid
from datasources.given import Given, check, in_the_way, told
from datasources.postgres.changes import Changes
from datasources.postgres.session import Result
from datasources.postgres.statements import Call
from datasources.postgres.values import all_storable

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
        _check_rows(insert)
        may = await self._may_update(insert, insert.conflict) if insert.conflict else None
        alike = _alike(insert)
        calls = [self._changes.inserting(insert, fields, rows) for fields, rows in alike]
        keys = dict[int, Key]()
        made = set[Key]()
        results = await self._send("INSERT", insert, calls) if calls else []
        for (_, rows), call, result in zip(alike, calls, results, strict=True):
            found = [*_keys_in(insert.entity, call, result)]
            if len(found) < len(rows):
                raise ChangeRefused(_STORE, "A trigger of the table passes over a row.")
            keys.update(zip(rows, found, strict=True))
            made.update(key for key, row in zip(found, result.rows, strict=True) if row[-1])
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


def _alike(insert: Insert) -> list[tuple[tuple[str, ...], dict[int, Given]]]:
    """The rows by their places, parted by which fields they have."""
    alike = dict[tuple[str, ...], dict[int, Given]]()
    order, last, fields = list(insert.entity.stored_fields), None, ()
    for at, given in enumerate(insert.rows):
        row = told(insert.entity, given)
        if row.keys() != last:
            last, fields = row.keys(), tuple(name for name in order if name in row)
        alike.setdefault(fields, {})[at] = row
    return list(alike.items())


def _keys_in(entity: Entity, call: Call, result: Result) -> Iterator[Key]:
    answer = call.answers(*result)[()]
    for record in answer.rows:
        yield tuple(record[name] for name in entity.key)


def _check_rows(insert: Insert) -> None:
    for name, field in insert.entity.stored_fields.items():
        if _holds_text(field.type):
            values = [row.get(name) for row in insert.rows]
            if not all_storable(_texts(values)):
                at = next(
                    at for at, value in enumerate(values) if not all_storable(_texts([value]))
                )
                raise _unstorable(name, at)


def _check_texts(entity: Entity, edit: Edit) -> None:
    (name, *_) = edit.path
    if not _holds_text(entity.fields[name].type):
        return
    values: Sequence[Any] = ()
    match edit:
        case Set(_, value):
            values = [value]
        case Push(_, values) | Pull(_, values):
            pass
        case _:
            return
    if not all_storable(_texts(values)):
        raise _unstorable(name, None)


def _holds_text(kind: FieldType) -> bool:
    return kind is Scalar.STRING or (isinstance(kind, ListType) and kind.of is Scalar.STRING)


def _texts(values: Sequence[Any]) -> Iterator[Any]:
    lists = [cast("list[Any]", value) for value in values if isinstance(value, list)]
    return chain(values, chain.from_iterable(lists))


def _unstorable(name: str, row: int | None) -> ValueInvalid:
    message = "Postgres holds no text with NUL, or with half of a character."
    return ValueInvalid(_STORE, message, paths=((name,),), row=row)
