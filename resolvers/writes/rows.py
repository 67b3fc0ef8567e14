"""In charge of new rows: what a `create` or an `upsert` gives, as rows that a store is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.change import Conflict
from catalog.entity import Entity
from catalog.query import Filter, Record
from catalog.writing import writable_fields
from resolvers.errors import InputError
from resolvers.writes.judging import Judge
from resolvers.writes.values import Raw, Refusals, by_api, fields_in

Arguments = Mapping[str, Any]


def rows_given(judge: Judge, entity: Entity, arguments: Arguments, *, many: bool) -> list[Record]:
    """The rows that `input` gives, judged, without what the model gives besides.

    Raises ``RefusedError`` with all that is wrong with them.
    """
    amiss = Refusals()
    given: Sequence[Raw] = arguments["input"] if many else [arguments["input"]]
    rows = [
        _row(judge, entity, raw, ("input", *([str(at)] if many else [])), amiss)
        for at, raw in enumerate(given)
    ]
    amiss.check()
    return rows


def _row(judge: Judge, entity: Entity, raw: Raw, path: tuple[str, ...], amiss: Refusals) -> Record:
    before = len(amiss)
    given = dict(fields_in(entity.fields, raw, path, amiss))
    portion = entity.portion
    if portion and given.get(portion.tag, portion.values[0]) not in portion.values:
        at = (*path, entity.fields[portion.tag].api)
        amiss.add(at, f"This is the kind of another row than a {entity.name}.")
    # What no store can hold cannot be judged either, and has been noted.
    return given if len(amiss) > before else judge.values(given, path, amiss, new=True)


def completed(judge: Judge, row: Record) -> Record:
    """A new row, with what its model gives besides."""
    return {**judge.defaults(), **row}


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
    return next(key for key in keys if target_name(entity, key) == _name(said))


def target_name(entity: Entity, key: Sequence[str]) -> str:
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
