"""In charge of which writes can be nested in others: what can be said of rows along a relation.

A row is the holder of what stands in its input. What can be said is what the rules may ever let
somebody do, and what the store's fields allow.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from catalog.access import nobody, read_of, rules_of
from catalog.entity import Entity, Relation
from catalog.writing import Action, Writable, may_ever, writable_fields

Entities = Mapping[str, Entity]
Right = tuple[Entity, Action | None]
"""What must be allowed of an entity; None stands for reading it."""


class Word(enum.Enum):
    """What can be said of the rows that a relation leads to, in the order in which it is done."""

    DELETE = "delete"
    DISCONNECT = "disconnect"
    SET = "set"
    UPDATE = "update"
    UPSERT = "upsert"
    CONNECT = "connect"
    CONNECT_OR_CREATE = "connectOrCreate"
    CREATE = "create"


class Side(enum.Enum):
    """Which rows hold the values that make two of them related."""

    HOLDER = "the row itself"
    TARGETS = "those that it leads to"
    LINKS = "those of a link table"


_NEW = frozenset({Word.CONNECT, Word.CONNECT_OR_CREATE, Word.CREATE})
_MADE_OF = {
    Word.CONNECT_OR_CREATE: (Word.CONNECT, Word.CREATE),
    Word.UPSERT: (Word.UPDATE, Word.CREATE),
    Word.SET: (Word.DISCONNECT, Word.CONNECT),
}


def side_of(entities: Entities, relation: Relation) -> Side | None:
    """Which side is written to relate rows; None if neither identifies a row of the other."""
    if relation.through:
        return Side.LINKS
    if relation.refers:
        return Side.HOLDER
    unique = entities[relation.source].is_key(relation.source_fields)
    return Side.TARGETS if unique else None


def words_of(entities: Entities, relation: Relation, *, new: bool) -> frozenset[Word]:
    """What can be said along a relation in the input of a ``new`` row, or of a change."""
    words = _possible(entities, relation, new=new)
    return frozenset(
        word for word in words if all(_may(*each) for each in rights_of(entities, relation, word))
    )


def rights_of(entities: Entities, relation: Relation, word: Word) -> Iterator[Right]:
    """What somebody must be allowed who says it, besides what is done to the holder."""
    target, side = entities[relation.target], side_of(entities, relation)
    link = entities[relation.through.entity] if relation.through else None
    match word:
        case Word.CREATE:
            yield target, Action.CREATE
            if link:
                yield link, Action.CREATE
        case Word.CONNECT if side is Side.TARGETS:
            yield target, Action.UPDATE
        case Word.CONNECT:
            yield target, None
            if link:
                yield link, Action.CREATE
        case Word.UPDATE:
            yield target, Action.UPDATE
        case Word.DELETE:
            yield target, Action.DELETE
            if link:
                yield link, Action.DELETE
        case Word.DISCONNECT if side is Side.TARGETS:
            yield target, Action.UPDATE
        case Word.DISCONNECT:
            if link:
                yield link, Action.DELETE
        case Word.CONNECT_OR_CREATE | Word.UPSERT | Word.SET:
            for part in _MADE_OF[word]:
                yield from rights_of(entities, relation, part)
        case _:
            assert_never(word)


def nested_in(
    entities: Entities, entity: Entity, *, new: bool
) -> Iterator[tuple[Relation, frozenset[Word]]]:
    """The relations along which something can be said in an input of an entity's, and what."""
    for relation in entity.relations.values():
        if words := words_of(entities, relation, new=new):
            yield relation, words


def supplied_fields(entities: Entities, entity: Entity) -> frozenset[str]:
    """The fields of a new row that a relation may give a value, so that the input need not."""
    own = [each.source_fields for each, _ in nested_in(entities, entity, new=True) if each.refers]
    others = [
        relation.target_fields
        for other in entities.values()
        for relation in other.relations.values()
        if relation.target == entity.name
        and side_of(entities, relation) is Side.TARGETS
        and (may_make(other) or may_change(other))
        and Word.CREATE in words_of(entities, relation, new=False)
    ]
    return frozenset(name for fields in (*own, *others) for name in fields)


def keys_of(entity: Entity) -> list[tuple[str, ...]]:
    """The unique keys, the primary one first, by which somebody may find rows."""
    rules = rules_of(entity)
    return [
        key
        for key in (entity.key, *sorted(entity.unique))
        if all(rules.get(name) != nobody for name in key)
    ]


def may_make(entity: Entity) -> bool:
    """Whether there is an input for new rows."""
    return may_ever(entity, Action.CREATE) and bool(writable_fields(entity))


def may_change(entity: Entity) -> bool:
    """Whether there is an input for changes of its own fields."""
    return may_ever(entity, Action.UPDATE) and bool(_free(entity))


def _may(entity: Entity, action: Action | None) -> bool:
    """Whether somebody may ever do that, and there is an input for it."""
    match action:
        case None:
            return read_of(entity) != nobody
        case Action.CREATE:
            return may_make(entity)
        case Action.UPDATE:
            return may_change(entity)
        case Action.DELETE:
            return may_ever(entity, action)
        case _:
            assert_never(action)


def _possible(entities: Entities, relation: Relation, *, new: bool) -> frozenset[Word]:
    """What the fields allow that hold what relates rows."""
    match side_of(entities, relation):
        case Side.HOLDER:
            words = _of_holder(entities[relation.source], relation, new=new)
        case Side.TARGETS:
            words = _of_targets(entities[relation.target], relation)
        case Side.LINKS:
            words = frozenset[Word](Word if _has_links(entities, relation) else ())
        case None:
            return frozenset()
    return words & _NEW if new else words if relation.many else words - {Word.SET}


def _of_holder(holder: Entity, relation: Relation, *, new: bool) -> frozenset[Word]:
    """Its own fields say which row it leads to; what they say may change, or be nothing."""
    fields = _writable(holder, relation.source_fields)
    if not fields or (any(each.fixed for each in fields) and not new):
        return frozenset({Word.UPDATE})
    severed = frozenset({Word.DISCONNECT, Word.DELETE} if _nullable(fields) else ())
    return _NEW | severed | {Word.UPDATE, Word.UPSERT}


def _of_targets(target: Entity, relation: Relation) -> frozenset[Word]:
    """Fields of the rows that it leads to say which row is their holder."""
    fields = _writable(target, relation.target_fields)
    words = frozenset({Word.UPDATE, Word.DELETE})
    if fields:
        words |= {Word.CREATE, Word.UPSERT}
    if fields and not any(each.fixed for each in fields):
        words |= _NEW
        words |= frozenset({Word.DISCONNECT, Word.SET} if _nullable(fields) else ())
    return words


def _has_links(entities: Entities, relation: Relation) -> bool:
    """Whether its link table needs nothing but the keys of the rows that are related."""
    assert relation.through is not None  # noqa: S101 (that is what the side says)
    link = entities[relation.through.entity]
    named = {
        *(there for _, there in relation.through.source_on),
        *(here for here, _ in relation.through.target_on),
    }
    needed = {each.field.name for each in writable_fields(link) if each.required}
    return needed <= named and bool(_writable(link, named))


def _writable(entity: Entity, fields: Iterable[str]) -> list[Writable]:
    """These fields as they can be written; none if one of them cannot."""
    wanted = set(fields)
    found = [each for each in writable_fields(entity) if each.field.name in wanted]
    return found if len(found) == len(wanted) else []


def _nullable(fields: Iterable[Writable]) -> bool:
    return all(each.field.nullable for each in fields)


def _free(entity: Entity) -> list[Writable]:
    return [each for each in writable_fields(entity) if not each.fixed]
