"""In charge of edits as the stages of an update, each after the one before. Pure.

They are expressions and no operators like ``$inc``: those fail on null, and ``$set`` fails to go
into a document that is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from catalog.change import Edit, Increment, Pull, Push, Set
from catalog.entity import Entity
from catalog.types import FieldType, ListType, type_after
from datasources.mongo.paths import Stage, place_of
from datasources.mongo.writing import stored

_NUMBERS = ["int", "long", "double", "decimal"]


def edit_stages(entity: Entity, edits: Sequence[Edit]) -> list[Stage]:
    """The stages that make the edits. Raises ``ValueInvalid`` and ``ValueOutOfRange``."""
    return [{"$set": _edit(entity, edit)} for edit in edits]


def _edit(entity: Entity, edit: Edit) -> Stage:
    kind: FieldType = entity.document
    names = list[str]()
    for step in edit.path:
        names.append(place_of(kind, (step,)).stored)
        kind = type_after(kind, step)
    first, *inner = names
    return {first: _within(f"${first}", inner, kind, edit)}


def _within(held: str, names: Sequence[str], kind: FieldType, edit: Edit) -> Any:
    """What becomes of what is held: the end of the path, or a document on the way to it."""
    if not names:
        return _made(held, kind, edit)
    name, *inner = names
    changed = {"$mergeObjects": [held, {name: _within(f"{held}.{name}", inner, kind, edit)}]}
    if isinstance(edit, Set | Push):
        return changed  # of null, a document
    return {"$cond": [{"$eq": [{"$type": held}, "object"]}, changed, held]}


def _made(held: str, kind: FieldType, edit: Edit) -> Any:
    match edit:
        case Set(path, value):
            return {"$literal": stored(kind, value, path)}
        case Increment(path, by):
            total = {"$add": [held, {"$literal": stored(kind, by, path)}]}
            return {"$cond": [{"$in": [{"$type": held}, _NUMBERS]}, total, held]}
        case Push(path, values):
            new = {"$literal": stored(kind, values, path)}
            return {"$concatArrays": [{"$ifNull": [held, list[Any]()]}, new]}
        case Pull(path, values):
            stays = {"$not": [{"$in": ["$$item", {"$literal": _pulled(kind, values, path)}]}]}
            left = {"$filter": {"input": held, "as": "item", "cond": stays}}
            return {"$cond": [{"$isArray": [held]}, left, held]}
        case _:
            assert_never(edit)


def _pulled(kind: FieldType, values: Sequence[Any], path: tuple[str, ...]) -> list[Any]:
    of = kind.of if isinstance(kind, ListType) else kind
    return [stored(of, value, (*path, str(at))) for at, value in enumerate(values)]
