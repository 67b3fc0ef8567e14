"""In charge of what an input says of a row: what it becomes, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger import KINDS, Linked, Of, Refusal, Row, To, is_wrong

_NEW = {"create": None, "connectOrCreate": "create", "upsert": "create"}
_CHANGED = {"update": None, "upsert": "update"}
EDITS = ("increment", "push", "pull")


def own(kind: str, given: Row) -> dict[str, Any]:
    """What an input gives fields."""
    return {name: value for name, value in given.items() if name not in KINDS[kind].relations}


def along(kind: str, given: Row) -> dict[str, Mapping[str, Any]]:
    """What an input says along relations, in the order in which it is done."""
    return {name: given[name] for name in KINDS[kind].relations if name in given}


def words(relation: To | Of | Linked, said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each word with what it says of one row."""
    for word, each in said.items():
        if isinstance(relation, To) or (isinstance(relation, Of) and not relation.many):
            yield word, each
        else:
            yield from ((word, one) for one in each)


def new_is_wrong(kind: str, given: Row, within: str | None = None) -> bool:
    """Whether a new row will not do; ``within`` is the field by which it refers to its holder."""
    fields = own(kind, given)
    ways = [within] if within else []
    ways += [r.field for name, r in _referring(kind) if name in given]
    wrong = any(is_wrong(kind, name, value) for name, value in fields.items())
    wrong |= len({*ways}) < len(ways) or not fields.keys().isdisjoint(ways)
    wrong |= any(name not in fields and name not in ways for name in KINDS[kind].needed)
    return _nested_is_wrong(kind, given) or wrong


def change_is_wrong(kind: str, said: Row) -> bool:
    """Whether a change will not do. Raises ``Refusal`` if it says nothing."""
    given = said.get("input", {})
    fields = own(kind, given)
    wrong = any(is_wrong(kind, name, value) for name, value in sets(fields).items())
    ways = [r.field for name, r in _referring(kind) if name in given]
    wrong |= len({*ways}) < len(ways) or not fields.keys().isdisjoint(ways)
    wrong |= _nested_is_wrong(kind, given)
    said_anything = given or any(said.get(way) for way in EDITS)
    if not said_anything and not wrong:
        raise Refusal("BAD_USER_INPUT")
    return wrong


def sets(fields: Row) -> dict[str, Any]:
    """What is given as a whole, without what is merged into a document."""
    return {
        name: value["set"] if isinstance(value, Mapping) and "set" in value else value
        for name, value in fields.items()
        if not (isinstance(value, Mapping) and "merge" in value)
    }


def _referring(kind: str) -> Iterator[tuple[str, To]]:
    for name, relation in KINDS[kind].relations.items():
        if isinstance(relation, To):
            yield name, relation


def _nested_is_wrong(kind: str, given: Row) -> bool:
    wrong = False
    for name, said in along(kind, given).items():
        relation = KINDS[kind].relations[name]
        within = relation.field if isinstance(relation, Of) else None
        for word, each in words(relation, said):
            if word in _NEW:
                new = each[_NEW[word]] if _NEW[word] else each
                wrong |= new_is_wrong(relation.target, new, within)
            if word in _CHANGED:
                change = each[_CHANGED[word]] if _CHANGED[word] else each
                wrong |= change_is_wrong(relation.target, change)
    return wrong


def edited(row: Row, given: Row, said: Row) -> Row:
    """A row as it becomes by its own fields."""
    become = dict(row)
    for name, value in given.items():
        if isinstance(value, dict) and "merge" in value:
            become[name] = {"depth": None, "lit": None, **(row[name] or {}), **value["merge"]}
        else:
            become[name] = value["set"] if isinstance(value, dict) else value
    for name, by in said.get("increment", {}).items():
        become[name] = None if row[name] is None else _sum(row[name], by)
    for name, values in said.get("push", {}).items():
        become[name] = [*(row[name] or ()), *values]
    for name, values in said.get("pull", {}).items():
        become[name] = row[name] and [each for each in row[name] if each not in values]
    return become


def _sum(value: Any, by: Any) -> Any:
    if isinstance(by, dict):
        return {**value, **{name: value[name] + each for name, each in by.items()}}
    return value + by


def built_in(said: Row) -> list[str]:
    """The fields whose values are built upon what was there."""
    built = [name for way in EDITS for name in said.get(way, {})]
    merged = said.get("input", {}).items()
    return built + [n for n, value in merged if isinstance(value, dict) and "merge" in value]
