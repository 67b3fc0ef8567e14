"""In charge of what of the schema a viewer has no use for: all that would be refused.

Nothing is decided here: what is asked about each type and field are the checks that refuse it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, assert_never, cast

from graphql import GraphQLField, GraphQLSchema

from catalog.entity import Entity, Relation
from catalog.nesting import nested_in, rights_of
from catalog.routine import Gives, Routine
from catalog.searches import SEARCH
from catalog.writing import Action, is_written
from resolvers.documents.members import Calls, Many, One, Writes, member_of
from resolvers.errors import UnauthorizedError
from resolvers.guards import guards_of
from resolvers.planning.arguments import check_search
from resolvers.planning.seen import Seen
from resolvers.writes.kinds import Alter, Create, Remove, Upsert, Write
from resolvers.writes.rows import key_name
from schema.aggregates import FAMILY_TYPES
from schema.nested import nested_name

_KEYS: Final = ("Order", "GroupBy", "GroupKey")
_LOOKING: Final = ("Filter", "SimilarityOrder", *_KEYS, *FAMILY_TYPES)
"""The types, after the entity's name, whose fields look at its members."""


def hidden_in(schema: GraphQLSchema, seen: Seen) -> frozenset[str]:
    """The names of types, and the coordinates of fields, that are of no use to somebody."""
    hidden = {each for each in guards_of(schema).rules if not seen.uses(each)}
    for entity in seen.values():
        hidden.update(_of_entity(seen, entity))
        hidden.update(_of_inputs(seen, entity))
    for root in (schema.query_type, schema.mutation_type):
        fields = cast("Mapping[str, GraphQLField]", getattr(root, "fields", {})).items()
        hidden.update(
            f"{root.name}.{name}" for name, field in fields if root and not _asks(seen, field)
        )
    return frozenset(hidden)


def _of_entity(seen: Seen, entity: Entity) -> Iterator[str]:
    name = entity.name
    if _refused(seen.rows, entity):
        yield from (name, f"{name}Connection")
        return
    for member in (*entity.fields.values(), *entity.relations.values()):
        if _refused(seen.check_shown, entity, member):
            yield f"{name}.{member.api}"
        if _refused(seen.check, entity, member):
            yield from (f"{name}{part}.{member.api}" for part in _LOOKING)
        elif isinstance(member, Relation) and _refused(seen.check_whole, entity, member):
            yield from (f"{name}{part}.{member.api}" for part in _KEYS)
    if entity.search and _refused(check_search, seen, entity):
        yield from (f"{name}{part}.{SEARCH}" for part in ("Filter", "Order"))


def _of_inputs(seen: Seen, entity: Entity) -> Iterator[str]:
    """What cannot be said in writes that are nested, nor by which keys."""
    for key in (entity.key, *entity.unique):
        if any(_refused(seen.check, entity, entity.fields[name]) for name in key):
            yield f"{entity.name}Key.{key_name(entity, key)}"
    if not is_written(entity):
        return
    for suffix in ("Create", "Update"):
        for relation, words in nested_in(seen, entity, new=suffix == "Create"):
            name = nested_name(relation, suffix)
            for word in words:
                if any(_lacks(seen, *right) for right in rights_of(seen, relation, word)):
                    yield f"{name}.{word.value}"


def _lacks(seen: Seen, entity: Entity, action: Action | None) -> bool:
    return _refused(seen.rows, entity) if action is None else _refused(seen.may, entity, action)


def _asks(seen: Seen, field: GraphQLField) -> bool:
    """Whether a field of the root can be asked for."""
    match member_of(field):
        case One(entity, key):
            members = [entity.fields[name] for name in key]
            return not _refused(seen.rows, entity) and not any(
                _refused(seen.check, entity, member) for member in members
            )
        case Many(entity):
            return not _refused(seen.rows, entity)
        case Calls(routine):
            return not _refused(seen.check_call, routine) and _gives(seen, routine)
        case Writes(write):
            return _finds(seen, write) and not any(
                _refused(seen.may, write.entity, action) for action in write.actions
            )
        case _:
            return True


def _finds(seen: Seen, write: Write) -> bool:
    """Whether the rows to write can be said: by a key, or by a filter of what may be read."""
    match write:
        case Create() | Upsert():
            return True
        case Alter(entity, key) | Remove(entity, key):
            if key is None:
                return not _refused(seen.rows, entity)
            return not any(_refused(seen.check, entity, entity.fields[name]) for name in key)
        case _:
            assert_never(write)


def _gives(seen: Seen, routine: Routine) -> bool:
    return routine.gives is Gives.VALUE or not _refused(seen.rows, routine.entity)


def _refused(check: Callable[..., Any], *of: Any) -> bool:
    try:
        check(*of)
    except UnauthorizedError:
        return True
    return False
