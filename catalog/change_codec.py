"""In charge of changes as text and back: those that say by key which rows they are about.

So they mean the same whenever they are made, whatever else was written meanwhile. The text is JSON,
in ASCII, so that every store can hold it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from catalog.change import Change, Delete, Edit, Increment, Insert, Pull, Push, Set, Update
from catalog.codec import decoded, encoded
from catalog.entity import Entity
from catalog.query import Among, Filter, Key, Path
from catalog.types import FieldType, ListType, type_after


def encoded_changes(changes: Sequence[Change]) -> str:
    """The changes as text. TypeError for one that finds its rows in another way than by key."""
    return json.dumps([_encoded(change) for change in changes], separators=(",", ":"))


def decoded_changes(catalog: Mapping[str, Entity], text: str) -> tuple[Change, ...]:
    """The changes again. ValueError if the models have no place for them, as after a change."""
    try:
        return tuple(_decoded(catalog, said) for said in json.loads(text))
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"no changes of these models: {error!r}") from error


def _encoded(change: Change) -> Mapping[str, Any]:
    entity = change.entity
    match change:
        case Insert(rows=rows, conflict=None):
            return {"insert": entity.name, "rows": [_row(entity, row) for row in rows]}
        case Insert():
            raise TypeError("what becomes of rows in the way is not said by key")
        case Update(filter=filter_, edits=edits):
            said = [_edit(entity, edit) for edit in edits]
            return {"update": entity.name, "keys": _keys(entity, filter_), "edits": said}
        case Delete(filter=filter_):
            return {"delete": entity.name, "keys": _keys(entity, filter_)}
        case _:
            assert_never(change)


def _decoded(catalog: Mapping[str, Entity], said: Mapping[str, Any]) -> Change:
    match said:
        case {"insert": name, "rows": rows}:
            entity = catalog[name]
            return Insert(entity, tuple(_row_again(entity, row) for row in rows))
        case {"update": name, "keys": keys, "edits": edits}:
            entity = catalog[name]
            found = by_key(entity, _keys_again(entity, keys))
            return Update(entity, found, tuple(_edit_again(entity, *edit) for edit in edits))
        case {"delete": name, "keys": keys}:
            entity = catalog[name]
            return Delete(entity, by_key(entity, _keys_again(entity, keys)))
        case _:
            raise ValueError("no change")


def by_key(entity: Entity, keys: Sequence[Key]) -> Filter:
    """True of the rows with these primary keys."""
    return Among(entity.key, tuple(keys))


def _row(entity: Entity, row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: encoded(entity.fields[name].type, value) for name, value in row.items()}


def _row_again(entity: Entity, row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: decoded(entity.fields[name].type, value) for name, value in row.items()}


def _keys(entity: Entity, filter_: Filter) -> Sequence[Sequence[Any]]:
    if not isinstance(filter_, Among) or filter_.fields != entity.key:
        raise TypeError("rows that are found by a filter may be others at another time")
    types = [entity.fields[name].type for name in entity.key]
    return [[*map(encoded, types, key)] for key in filter_.keys]


def _keys_again(entity: Entity, keys: Sequence[Sequence[Any]]) -> list[Key]:
    types = [entity.fields[name].type for name in entity.key]
    return [tuple(decoded(*each) for each in zip(types, key, strict=True)) for key in keys]


def _edit(entity: Entity, edit: Edit) -> Sequence[Any]:
    kind = _type_at(entity, edit.path)
    match edit:
        case Set(path, value):
            return ["set", path, encoded(kind, value)]
        case Increment(path, by):
            return ["increment", path, encoded(kind, by)]
        case Push(path, values):
            return ["push", path, encoded(kind, values)]
        case Pull(path, values):
            return ["pull", path, encoded(kind, values)]
        case _:
            assert_never(edit)


def _edit_again(entity: Entity, word: str, steps: Sequence[str], value: Any) -> Edit:
    path = tuple(steps)
    kind = _type_at(entity, path)
    again = decoded(kind, value)
    match word:
        case "set":
            return Set(path, again)
        case "increment":
            return Increment(path, again)
        case "push" if isinstance(kind, ListType):
            return Push(path, tuple(again))
        case "pull" if isinstance(kind, ListType):
            return Pull(path, tuple(again))
        case _:
            raise ValueError(f"no edit: {word}")


def _type_at(entity: Entity, path: Path) -> FieldType:
    kind: FieldType = entity.document
    for step in path:
        kind = type_after(kind, step)
    return kind
