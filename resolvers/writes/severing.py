"""In charge of rows that are related no more, or end: `set`, `disconnect` and `delete`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from catalog.change import Change, Changed, Delete, Set, Update
from catalog.entity import Entity, Through
from catalog.filters import all_of
from catalog.nesting import Word
from catalog.query import Filter, Key, Not
from catalog.writing import Action
from datasources.errors import ChangeRefused
from resolvers.across.keys import among
from resolvers.errors import UnauthorizedError
from resolvers.writes.afterwards import check_rows
from resolvers.writes.changing import Changing
from resolvers.writes.connecting import check_there, found_by_each, sought
from resolvers.writes.nested import Nested, Said, Sought
from resolvers.writes.refusals import RefusedError, refusal_by_store

_VERBS = {Word.DISCONNECT: "disconnect", Word.DELETE: "delete"}


async def belonging(changing: Changing, nested: Nested, holders: Sequence[Key]) -> Filter | None:
    """Which rows the holders are related to, said by the values that relate them; None if to none.

    Raises ``UnauthorizedError`` if the viewer may not follow the relation.
    """
    relation, catalog = nested.relation, changing.context.catalog
    catalog.check(catalog[relation.source], relation)
    if relation.through:
        links = await _links(changing, nested, relation.through, holders)
        ends = list(dict.fromkeys(end for _, end in links))
        return among(_ends(relation.through), ends) if ends else None
    whole = [holder for holder in dict.fromkeys(holders) if None not in holder]
    return among(relation.target_fields, whole) if whole else None


async def severed(changing: Changing, nested: Nested, holders: Sequence[Key]) -> None:
    """What is said of rows that shall not be related any more, to these holders or at all."""
    for word in (Word.DELETE, Word.DISCONNECT, Word.SET):
        said = list(nested.of(word))
        if not said:
            continue
        belong = await belonging(changing, nested, holders)
        if word is Word.SET:
            await _left_out(changing, nested, holders, belong, said[0])
        else:
            await _named(changing, nested, holders, belong, said)


async def ended(changing: Changing, target: Entity, filter_: Filter, said: Said) -> Sequence[Key]:
    """The keys of rows that are there no more, of those that the viewer may delete."""
    rule = await changing.settled(target, changing.may(target, Action.DELETE))
    keys, _ = await done(changing, Delete(target, all_of((filter_, rule))), said)
    return keys


async def done(changing: Changing, change: Change, said: Said) -> Changed:
    """What came of a change; what a store refuses is about what was said."""
    try:
        return await changing.change(change)
    except ChangeRefused as error:
        told = refusal_by_store(change.entity, error, ())
        raise RefusedError(replace(told, path=said.path)) from None


async def _left_out(
    changing: Changing,
    nested: Nested,
    holders: Sequence[Key],
    belong: Filter | None,
    said: Said,
) -> None:
    """Those that `set` does not name, of those that the viewer sees."""
    if belong is None:
        return
    target = nested.target.entity
    seen = changing.context.catalog.rows(target)
    others = all_of((belong, seen, *(Not(each) for each in _naming(changing, target, said.kept))))
    await _let_go(changing, nested, holders, await changing.settled(target, others), said)


async def _named(
    changing: Changing,
    nested: Nested,
    holders: Sequence[Key],
    belong: Filter | None,
    said: Sequence[Said],
) -> None:
    """Those that are named, or of a relation to one the only one."""
    target, word = nested.target.entity, said[0].word
    if belong is None:
        check_there(target, said, _VERBS[word])
        return
    asked = await changing.settled(target, all_of((belong, _rule(changing, nested, word))))
    keys = await _found(changing, target, said, asked)
    rows = among(target.key, keys)
    if word is Word.DISCONNECT or nested.relation.through:
        await _let_go(changing, nested, holders, rows, said[0])
    if word is Word.DELETE and len(await ended(changing, target, rows, said[0])) < len(keys):
        check_there(target, said, _VERBS[word])


async def _found(
    changing: Changing, target: Entity, said: Sequence[Said], asked: Filter
) -> list[Key]:
    """The keys of the rows that are meant, all of which must be there."""
    verb = _VERBS[said[0].word]
    wanted = [each.where for each in said if each.where]
    if not wanted:
        keys = await changing.keys(target, asked)
        check_there(target, () if keys else said, verb)
        return list(keys)
    found = await sought(changing, target, wanted, asked, target.key)
    return list(dict.fromkeys(found_by_each(target, said, found, verb).values()))


def _rule(changing: Changing, nested: Nested, word: Word) -> Filter:
    """Which rows the viewer may do that to; of links it is asked where they are let go."""
    target = nested.target.entity
    if word is Word.DELETE:
        return changing.may(target, Action.DELETE)
    if nested.link is not None:
        return changing.context.catalog.rows(target)
    return changing.may(target, Action.UPDATE)


async def _let_go(
    changing: Changing, nested: Nested, holders: Sequence[Key], rows: Filter, said: Said
) -> None:
    """Rows that belong to the holders do so no more; all of them, or ``UnauthorizedError``."""
    if nested.relation.through:
        await _unlinked(changing, nested, nested.relation.through, holders, rows, said)
    else:
        await _freed(changing, nested, rows, said)


async def _freed(changing: Changing, nested: Nested, rows: Filter, said: Said) -> None:
    """Rows that refer to a holder refer to nothing."""
    target = nested.target.entity
    keys = await changing.keys(target, rows)
    if not keys:
        return
    rule = await changing.settled(target, changing.may(target, Action.UPDATE))
    edits = tuple(Set((name,), None) for name in nested.relation.target_fields)
    change = Update(target, all_of((among(target.key, keys), rule)), edits)
    touched, _ = await done(changing, change, said)
    _check_all(target, Action.UPDATE, keys, touched)
    await changing.check(target, Action.UPDATE, keys)
    await check_rows(nested.target, changing, dict.fromkeys(keys, said.path))


async def _unlinked(
    changing: Changing,
    nested: Nested,
    through: Through,
    holders: Sequence[Key],
    rows: Filter,
    said: Said,
) -> None:
    """The rows of the link table between holders and these rows end."""
    assert nested.link is not None  # noqa: S101 (relations by links have them)
    link, fields = nested.link.entity, (*nested.relation.target_fields, *_inner(through))
    ends = await changing.found(nested.target.entity, rows, [(name,) for name in _ends(through)])
    gone = {tuple(end[name] for name in _ends(through)) for end in ends}
    pairs = await _links(changing, nested, through, holders)
    ending = [(*holder, *end) for holder, end in pairs if end in gone]
    if ending:
        keys = await ended(changing, link, among(fields, ending), said)
        _check_all(link, Action.DELETE, ending, keys)


async def _links(
    changing: Changing, nested: Nested, through: Through, holders: Sequence[Key]
) -> list[tuple[Key, Key]]:
    """The rows of the link table by their two ends: that of a holder, and the other."""
    if nested.link is None or not holders:
        return []
    starts, inner = nested.relation.target_fields, _inner(through)
    paths = [(name,) for name in (*starts, *inner)]
    rows = await changing.found(nested.link.entity, among(starts, list(holders)), paths)
    return [
        (tuple(row[name] for name in starts), tuple(row[name] for name in inner)) for row in rows
    ]


def _inner(through: Through) -> tuple[str, ...]:
    return tuple(here for here, _ in through.target_on)


def _ends(through: Through) -> tuple[str, ...]:
    return tuple(there for _, there in through.target_on)


def _naming(changing: Changing, entity: Entity, named: Iterable[Sought]) -> list[Filter]:
    """True of the rows that are named, for each of the keys that they are named by."""
    keys: dict[tuple[str, ...], list[Key]] = {}
    for each in named:
        keys.setdefault(each.key, []).append(each.values)
    for name in (name for key in keys for name in key):
        changing.context.catalog.check(entity, entity.fields[name])
    return [among(key, values) for key, values in keys.items()]


def _check_all(
    entity: Entity, action: Action, wanted: Sequence[Key], touched: Sequence[Key]
) -> None:
    if len(touched) < len(wanted):
        message = f"You may not {action.value} each {entity.name} that this is about."
        raise UnauthorizedError(message, hint="Its rule does not hold for the row as it was.")
