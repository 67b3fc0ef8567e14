"""In charge of rows that are there and become others, with what is nested in what they become.

What a row refers to comes first, then its own fields, then what refers to it: first those that go,
then those that change, then those that come.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from catalog.change import Edit, Set, Update
from catalog.entity import Entity
from catalog.filters import all_of
from catalog.nesting import Word
from catalog.query import Filter, Key
from catalog.writing import Action
from datasources.errors import ChangeRefused
from resolvers.across.keys import among
from resolvers.planning.seen import Seen
from resolvers.roots import found_by
from resolvers.writes.afterwards import check_fields, check_rows
from resolvers.writes.changing import Changing
from resolvers.writes.connecting import check_there, held, related_by
from resolvers.writes.edits import argument_of, builds
from resolvers.writes.making import reached, related
from resolvers.writes.nested import Changes, Nested, Said
from resolvers.writes.refusals import ApiPath, Refusal, RefusedError, refusal_by_store
from resolvers.writes.severing import belonging, done, ended, severed

CheckFound = Callable[[Sequence[Key]], Awaitable[None]]
"""What raises ``RefusedError`` if not enough was found."""


@dataclass
class _References:
    """What becomes of the fields by which rows refer to others; and of what they referred to."""

    edits: list[Edit] = field(default_factory=list[Edit])
    paths: dict[str, ApiPath] = field(default_factory=dict[str, ApiPath])
    ending: list[tuple[Nested, Said, list[Key]]] = field(
        default_factory=list[tuple[Nested, Said, list[Key]]]
    )

    def become(self, nested: Nested, values: Sequence[object], path: ApiPath) -> None:
        """The fields of a relation become these."""
        for name, value in zip(nested.relation.source_fields, values, strict=True):
            self.edits.append(Set((name,), value))
            self.paths[name] = path


async def changed(
    changing: Changing, changes: Changes, found: Filter, check_found: CheckFound
) -> Sequence[Key]:
    """The keys of the rows that a filter finds, which are as they may be, with what is nested.

    Raises ``RefusedError`` and ``BigraphError``.
    """
    entity, references = changes.entity, _References()
    referring = [each for each in changes.nested.values() if each.relation.refers]
    if referring:  # of which rows this is, must be known before
        keys, _ = await changing.change(Update(entity, found, ()))
        await check_found(keys)
        for nested in referring if keys else ():
            for said in nested.said:
                await _refer(changing, nested, said, keys, references)
        found = among(entity.key, keys)
    keys = await _edited(changing, changes, found, references)
    await check_found(keys)
    await changing.check(entity, Action.UPDATE, keys)
    await check_rows(changes.judge, changing, dict.fromkeys(keys, changes.path))
    given = dict.fromkeys(keys, (*changes.path, "input"))
    await check_fields(changes.judge, changing, given, _built(changes))
    for nested, said, values in references.ending:
        await _end(changing, nested, said, values)
    for nested in changes.nested.values() if keys else ():
        if not nested.relation.refers:
            await _relate(changing, entity, nested, keys)
    return keys


def known(entity: Entity, catalog: Seen, edits: Sequence[Edit]) -> Iterator[Filter]:
    """Rows in which the viewer may read what edits build upon: a sum that fails tells what it was.

    Raises ``UnauthorizedError`` if there are none.
    """
    names = {edit.path[0] for edit in edits if builds(edit)}
    if names:
        yield catalog.rows(entity)
    for name in sorted(names):
        catalog.check_shown(entity, entity.fields[name])
        if (mask := catalog.mask(entity, entity.fields[name])) is not None:
            yield mask


async def _edited(
    changing: Changing, changes: Changes, found: Filter, references: _References
) -> Sequence[Key]:
    entity, edits = changes.entity, (*changes.edits, *references.edits)
    try:
        keys, _ = await changing.change(Update(entity, found, edits))
    except ChangeRefused as error:
        whole = {e.path[0]: e.value for e in edits if isinstance(e, Set) and len(e.path) == 1}
        changing.check_given(entity, Action.UPDATE, [whole])
        raise RefusedError(_refusal(changes, error, references.paths)) from None
    return keys


def _refusal(changes: Changes, error: ChangeRefused, relations: Mapping[str, ApiPath]) -> Refusal:
    """What a store refused, at the argument that said it; a single one needs no telling."""
    edits = changes.edits
    only = edits[0].path if len(edits) == 1 and not relations else ()
    path = next(iter(error.paths), only)
    if path and path[0] in relations:
        return replace(refusal_by_store(changes.entity, error, ()), path=relations[path[0]])
    told = [argument_of(edit) for edit in edits if edit.path[:1] == path[:1]]
    return refusal_by_store(changes.entity, error, (*changes.path, *told[:1]), path=only)


def _built(changes: Changes) -> Mapping[str, ApiPath]:
    """The fields whose values are built upon others, with the argument that says so."""
    return {
        edit.path[0]: (*changes.path, argument_of(edit)) for edit in changes.edits if builds(edit)
    }


async def _refer(
    changing: Changing, nested: Nested, said: Said, keys: Sequence[Key], references: _References
) -> None:
    """What one word makes of the row that these rows refer to, and of how they do."""
    relation, target = nested.relation, nested.target
    holder = changing.context.catalog[relation.source]
    match said.word:
        case Word.CREATE | Word.CONNECT | Word.CONNECT_OR_CREATE:
            ends = await reached(changing, target, [said], relation.target_fields)
            related_by(relation.source_fields, ends[said], said.path)
            references.become(nested, ends[said], said.path)
            return
        case Word.DISCONNECT:
            references.become(nested, [None] * len(relation.source_fields), said.path)
            return
        case _:
            changing.context.catalog.check(holder, relation)
    values = await held(changing, holder, keys, relation.source_fields)
    whole = [value for value in dict.fromkeys(values) if None not in value]
    if said.word is Word.DELETE:
        references.become(nested, [None] * len(relation.source_fields), said.path)
        references.ending.append((nested, said, whole))
    elif said.word is Word.UPSERT:
        await _refer_or_make(changing, nested, said, list(zip(keys, values, strict=True)))
    else:
        await _change(changing, nested, said, among(relation.target_fields, whole), len(whole) or 1)


async def _refer_or_make(
    changing: Changing, nested: Nested, said: Said, given: Sequence[tuple[Key, Key]]
) -> None:
    """What rows refer to changes; those that refer to nothing get a new row to refer to."""
    relation, target = nested.relation, nested.target
    holder = changing.context.catalog[relation.source]
    values = [value for _, value in given if None not in value]
    paths = [(name,) for name in relation.target_fields]
    wanted = among(relation.target_fields, list(dict.fromkeys(values)))
    rows = await changing.found(target.entity, wanted, paths) if values else ()
    there = {tuple(row[name] for name in relation.target_fields) for row in rows}
    lacking = [key for key, value in given if value not in there]
    if there:
        found = among(relation.target_fields, list(there))
        await _change(changing, nested, said, found, len(there))
    if lacking:
        new = Said(Word.CREATE, said.path, new=said.new)
        ends = await reached(changing, target, [new], relation.target_fields)
        edits = related_by(relation.source_fields, ends[new], said.path)
        sets = tuple(Set((name,), value) for name, value in edits.items())
        await done(changing, Update(holder, among(holder.key, lacking), sets), said)


async def _end(changing: Changing, nested: Nested, said: Said, values: Sequence[Key]) -> None:
    """What rows referred to ends; raises ``RefusedError`` if that is nothing that may end."""
    target = nested.target.entity
    found = among(nested.relation.target_fields, list(values))
    keys = await ended(changing, target, found, said) if values else ()
    check_there(target, [said] if len(keys) < (len(values) or 1) else (), "delete")


async def _relate(changing: Changing, entity: Entity, nested: Nested, keys: Sequence[Key]) -> None:
    """What becomes of rows that refer to these, or are linked to them."""
    holders = await held(changing, entity, keys, nested.relation.source_fields)
    await severed(changing, nested, holders)
    for said in nested.of(Word.UPDATE):
        belong = await belonging(changing, nested, holders)
        if belong is None:
            check_there(nested.target.entity, [said], "update")
        else:
            await _change(changing, nested, said, belong, 1)
    lacking = [
        Said(Word.CREATE, (*said.path, "create"), new=said.new)
        for said in nested.of(Word.UPSERT)
        if not await _changes_one(changing, nested, said, holders)
    ]
    coming = replace(nested, said=[*nested.said, *lacking])
    await related(changing, entity, [{nested.relation.name: coming}] * len(keys), keys)


async def _changes_one(
    changing: Changing, nested: Nested, said: Said, holders: Sequence[Key]
) -> bool:
    """Changes the row that an `upsert` means, if it is there."""
    belong, target = await belonging(changing, nested, holders), nested.target.entity
    if belong is None or not await changing.keys(target, _meant(changing, target, said, belong)):
        return False
    await _change(changing, nested, said, belong, 1)
    return True


async def _change(
    changing: Changing, nested: Nested, said: Said, found: Filter, least: int
) -> None:
    """Changes rows that the viewer may change; raises ``RefusedError`` if these are too few."""
    changes, target = said.change, nested.target.entity
    assert changes is not None  # noqa: S101 (these words have some)
    catalog = changing.context.catalog
    rule = changing.may(target, Action.UPDATE)
    meant = _meant(changing, target, said, found)
    rows = all_of((meant, rule, *known(target, catalog, changes.edits)))

    async def check(keys: Sequence[Key]) -> None:
        check_there(target, [said] if len(keys) < least else (), "update")

    await changed(changing, changes, await changing.settled(target, rows), check)


def _meant(changing: Changing, target: Entity, said: Said, among_: Filter) -> Filter:
    """Those of some rows that are named, if they are."""
    if said.where is None:
        return among_
    catalog = changing.context.catalog
    return all_of((among_, found_by(catalog, target, said.where.key, said.where.values)))
