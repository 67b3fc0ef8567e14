"""In charge of rows that are there: those that an input names, and those that become related."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from catalog.change import Set, Update
from catalog.entity import Entity, Relation
from catalog.filters import all_of
from catalog.query import Filter, Key
from catalog.writing import Action
from datasources.errors import ChangeRefused
from resolvers.across.keys import among
from resolvers.writes.afterwards import check_rows
from resolvers.writes.changing import Changing
from resolvers.writes.judging import Judge
from resolvers.writes.nested import Said, Sought
from resolvers.writes.refusals import ApiPath, Refusal, RefusedError, Why, refusal_by_store

_Party = tuple[Said, Key]
"""What is said, and the values by which rows refer to the holder of it."""


async def held(
    changing: Changing, entity: Entity, keys: Sequence[Key], fields: Sequence[str]
) -> list[Key]:
    """The values of these fields in the rows with these keys, as they are now."""
    if set(fields) <= set(entity.key):
        places = [entity.key.index(name) for name in fields]
        return [tuple(key[place] for place in places) for key in keys]
    paths = [(name,) for name in dict.fromkeys((*entity.key, *fields))]
    rows = await changing.records(entity, keys, paths)
    values = {_values(row, entity.key): _values(row, fields) for row in rows}
    return [values[key] for key in keys]


async def seen(
    changing: Changing, entity: Entity, said: Sequence[Said], fields: Sequence[str]
) -> Mapping[Said, Key]:
    """The values of these fields in the rows that are named, of those that the viewer sees.

    Raises ``RefusedError`` if there is none, and none is to be made.
    """
    wanted = [each.where for each in said if each.where]
    if not wanted:
        return {}
    found = await sought(changing, entity, wanted, changing.context.catalog.rows(entity), fields)
    return found_by_each(entity, said, found, "connect")


async def connected(
    changing: Changing, target: Judge, relation: Relation, given: Sequence[_Party]
) -> Mapping[Said, Key]:
    """The keys of the rows that are named, which refer to the holders from now on.

    They must be rows that may be changed, as they were and as they become.
    """
    entity = target.entity
    wanted = [said.where for said, _ in given if said.where]
    if not wanted:
        return {}
    rule = await changing.settled(entity, changing.may(entity, Action.UPDATE))
    found = await sought(changing, entity, wanted, rule, entity.key)
    keys = found_by_each(entity, [said for said, _ in given], found, "connect")
    _check_once([(said, keys[said]) for said, _ in given if said in keys])
    moving = sorted(((said, holder) for said, holder in given if said in keys), key=_holder)
    for holder, each in groupby(moving, key=lambda party: party[1]):
        named = {keys[said]: said for said, _ in each}
        values = related_by(relation.target_fields, holder, next(iter(named.values())).path)
        await _moved(changing, target, values, named, rule)
    return keys


def related_by(fields: Sequence[str], values: Key, path: ApiPath) -> dict[str, Any]:
    """The values by which a row refers to another; raises ``RefusedError`` if one is null."""
    if None in values:
        message = "A row cannot be related by what is null."
        raise RefusedError(Refusal(Why.VALUE_INVALID, message, path))
    return dict(zip(fields, values, strict=True))


async def _moved(
    changing: Changing,
    target: Judge,
    values: dict[str, Any],
    named: Mapping[Key, Said],
    rule: Filter,
) -> None:
    """The rows become such that refer to one holder."""
    entity, first = target.entity, next(iter(named.values()))
    filter_ = all_of((among(entity.key, list(named)), rule))
    edits = tuple(Set((name,), value) for name, value in values.items())
    try:
        keys, _ = await changing.change(Update(entity, filter_, edits))
    except ChangeRefused as error:
        changing.check_given(entity, Action.UPDATE, [values])
        told = refusal_by_store(entity, error, ())
        raise RefusedError(replace(told, path=first.path)) from None
    check_there(entity, [said for key, said in named.items() if key not in keys], "connect")
    await changing.check(entity, Action.UPDATE, keys)
    await check_rows(target, changing, {key: named[key].path for key in keys})


async def sought(
    changing: Changing,
    entity: Entity,
    wanted: Iterable[Sought],
    rule: Filter,
    fields: Sequence[str],
) -> Mapping[Sought, Key]:
    """The values of these fields in the rows that are named and let through, by one read a key."""
    found = dict[Sought, Key]()
    for key in dict.fromkeys(each.key for each in wanted):
        for name in key:
            changing.context.catalog.check(entity, entity.fields[name])
        named = {each.values: each for each in wanted if each.key == key}
        paths = [(name,) for name in dict.fromkeys((*key, *fields))]
        filter_ = all_of((among(key, list(named)), rule))
        for row in await changing.found(entity, filter_, paths):
            found[named[_values(row, key)]] = _values(row, fields)
    return found


def found_by_each(
    entity: Entity, said: Iterable[Said], found: Mapping[Sought, Key], done: str
) -> Mapping[Said, Key]:
    """What was found, by who asked for it.

    Raises ``RefusedError`` if there is none to which that could be done, and none is to be made.
    """
    named = [(each, each.where) for each in said if each.where]
    lacking = [each for each, where in named if where not in found and not each.new]
    check_there(entity, lacking, done)
    return {each: found[where] for each, where in named if where in found}


def check_there(entity: Entity, lacking: Sequence[Said], done: str) -> None:
    """Raises ``RefusedError`` if rows are lacking, for all of them."""
    if lacking:
        message = f"There is no such {entity.name} that you may {done}."
        raise RefusedError(*(Refusal(Why.NOT_FOUND, message, _at(each)) for each in lacking))


def _check_once(given: Sequence[tuple[Said, Key]]) -> None:
    """Raises ``RefusedError`` for a row that is to refer to two holders."""
    taken = set[Key]()
    for said, key in given:
        if key in taken:
            message = "This row can be related once, and would be more often."
            raise RefusedError(Refusal(Why.VALUE_INVALID, message, _at(said)))
        taken.add(key)


def _at(said: Said) -> ApiPath:
    return said.where.path if said.where else said.path


def _holder(party: _Party) -> str:
    return repr(party[1])


def _values(row: Mapping[str, Any], fields: Sequence[str]) -> Key:
    return tuple(row[name] for name in fields)
