"""In charge of new rows as a store is given them, and of what becomes of those in their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.change import Conflict
from catalog.columns import ABSENT, Absent, Columns, Rows, columns_of
from catalog.entity import Entity
from catalog.query import Filter, Record
from catalog.writing import writable_fields
from resolvers.errors import InputError
from resolvers.writes.judging import Judge
from resolvers.writes.values import by_api

Arguments = Mapping[str, Any]


def completed(judge: Judge, rows: Sequence[Record]) -> Rows:
    """New rows, with what their model gives fields that they lack, if that is not null."""
    given, whole = columns_of(rows)
    values = dict[str, Sequence[Any]]()
    for name in judge.defaults:
        held = given.get(name)
        if held is None or not whole:
            held = [_own(judge, name) if v is ABSENT else v for v in held or [ABSENT] * len(rows)]
        values[name] = held
    kinds = {name: set(map(type, held)) for name, held in values.items()}
    there = {name: held for name, held in values.items() if kinds[name] != {Absent}}
    others = {name: held for name, held in given.items() if name not in values}
    whole = whole and not any(Absent in kinds[name] for name in there)
    return Rows(Columns({**there, **others}, whole), len(rows))


def _own(judge: Judge, name: str) -> Any:
    """What the model gives a field, or `ABSENT`."""
    made = judge.default(name)
    return ABSENT if made is None else made


def conflict_of(
    entity: Entity, arguments: Arguments, rows: Sequence[Record], touchable: Filter
) -> Conflict:
    """What becomes of rows that are there already; of those, what is ``touchable`` may be touched.

    Raises ``InputError`` for rows that do not give what is to be compared or replaced.
    """
    said: Mapping[str, Any] = arguments.get("conflict") or {}
    named = by_api(entity.fields)
    target = target_named(entity, said["target"]) if said else entity.key
    given = {name for row in rows for name in row}
    replaced = said.get("update")
    free = {each.field.name for each in writable_fields(entity) if not each.fixed}
    update = (
        tuple(name for name in entity.fields if name in (given & free) - {*target})
        if replaced is None
        else tuple(dict.fromkeys(named[_name(each)].name for each in replaced))
    )
    _check_given(entity, rows, target if said else (), update)
    return Conflict(target, update, touchable)


def target_named(entity: Entity, said: Any) -> tuple[str, ...]:
    """The unique key of this name."""
    keys = (entity.key, *entity.unique)
    return next(key for key in keys if key_name(entity, key) == _name(said))


def key_name(entity: Entity, key: Sequence[str]) -> str:
    """What a unique key is called by: its fields, as `flightIdAndSubject`."""
    first, *others = (entity.fields[name].api for name in key)
    return first + "".join(f"And{name[:1].upper()}{name[1:]}" for name in others)


def _check_given(
    entity: Entity, rows: Sequence[Record], target: Sequence[str], update: Sequence[str]
) -> None:
    """A field that a row lacks has nothing to be found or replaced by."""
    for name in (*target, *update):
        if not all(name in row for row in rows):
            hint = "Give every row all fields of the target, and all that are to be replaced."
            raise InputError(f"A row gives no {entity.fields[name].api}.", hint=hint)


def _name(said: Any) -> str:
    return str(getattr(said, "value", said))
