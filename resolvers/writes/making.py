"""In charge of making rows: first what they refer to, then they, then what refers to them.

All rows of one place in the input are made by one statement, whoever holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from catalog.change import Conflict, Insert
from catalog.entity import Entity, Relation
from catalog.nesting import Word
from catalog.query import Key, Record
from catalog.writing import Action
from datasources.errors import ChangeRefused
from resolvers.writes.afterwards import check_fields, check_rows
from resolvers.writes.changing import Changing
from resolvers.writes.connecting import connected, held, related_by, seen
from resolvers.writes.judging import Judge
from resolvers.writes.nested import Nested, NewRow, PlainRows, Said, Sought
from resolvers.writes.refusals import ApiPath, Refusal, RefusedError, refusal_by_store
from resolvers.writes.rows import completed

Conflicting = Callable[[Sequence[Record]], Conflict]
"""What gives the word on conflicts, once the values of the rows are known."""


async def made(
    changing: Changing,
    rows: Sequence[NewRow],
    supplied: Sequence[Record] = (),
    *,
    conflicting: Conflicting | None = None,
) -> Sequence[Key]:
    """The keys of new rows of one entity, which are all as they may be, with what is nested.

    ``supplied`` is what their holders give each. Raises ``RefusedError`` and ``BigraphError``.
    """
    if not rows:
        return ()
    changing.may(rows[0].entity, Action.CREATE)
    if isinstance(rows, PlainRows):
        return await _inserted(changing, rows, rows.values, conflicting)
    values = [dict(row.values) for row in rows]
    for own, more in zip(values, supplied, strict=False):
        own.update(more)
    await _refer(changing, rows, values)
    keys = await _inserted(changing, rows, values, conflicting)
    await related(changing, rows[0].entity, [row.nested for row in rows], keys)
    return keys


async def related(
    changing: Changing, entity: Entity, nested: Sequence[Mapping[str, Nested]], keys: Sequence[Key]
) -> None:
    """Connects and makes what refers to rows that are there, each with what is nested in it."""
    for relation in entity.relations.values():
        said = [
            (each[relation.name], key)
            for each, key in zip(nested, keys, strict=True)
            if relation.name in each
        ]
        if said and not relation.refers:
            holders = await held(changing, entity, [key for _, key in said], relation.source_fields)
            given = list(zip([each for each, _ in said], holders, strict=True))
            await (_link if relation.through else _take)(changing, relation, given)


async def _refer(
    changing: Changing, rows: Sequence[NewRow], values: Sequence[dict[str, object]]
) -> None:
    """Gives rows the values by which they refer to others, which are made or found for that."""
    for relation in rows[0].entity.relations.values():
        said = [
            (row.nested[relation.name], own)
            for row, own in zip(rows, values, strict=True)
            if relation.name in row.nested
        ]
        if said and relation.refers:
            asked = [each for nested, _ in said for each in nested.said]
            found = await reached(changing, said[0][0].target, asked, relation.target_fields)
            for nested, own in said:
                (only,) = nested.said
                own.update(related_by(relation.source_fields, found[only], only.path))


async def reached(
    changing: Changing, target: Judge, said: Sequence[Said], fields: Sequence[str]
) -> Mapping[Said, Key]:
    """The values of these fields in the rows that are named, or made; each is made once."""
    found = await seen(changing, target.entity, said, fields)
    making: dict[Said | Sought, NewRow] = {}
    for each in said:
        if each.new and each not in found:
            making.setdefault(each.where or each, each.new)
    keys = await made(changing, list(making.values()))
    values = await held(changing, target.entity, keys, fields)
    new = dict(zip(making, values, strict=True))
    return {each: found.get(each) or new[each.where or each] for each in said}


async def _take(
    changing: Changing, relation: Relation, given: Sequence[tuple[Nested, Key]]
) -> None:
    """Rows that refer to their holders: they are made so, or become so."""
    target = given[0][0].target
    said = _relating(given)
    found = await connected(changing, target, relation, said)
    new = [
        (each.new, related_by(relation.target_fields, holder, each.path))
        for each, holder in said
        if each.new and each not in found
    ]
    await made(changing, [row for row, _ in new], [values for _, values in new])


async def _link(
    changing: Changing, relation: Relation, given: Sequence[tuple[Nested, Key]]
) -> None:
    """Rows of a link table between holders and rows that are made or found."""
    target, link, through = given[0][0].target, given[0][0].link, relation.through
    assert through and link  # noqa: S101, PT018 (relations by links have them)
    here, there = zip(*through.target_on, strict=True)
    said = _relating(given)
    ends = await reached(changing, target, [each for each, _ in said], there)
    rows: list[NewRow] = []
    for each, holder in said:
        fields = (*relation.target_fields, *here)
        values = related_by(fields, (*holder, *ends[each]), each.path)
        rows.append(NewRow(link, each.path, values, {}, dict.fromkeys(values, each.path)))
    keys = (link.entity.key, *link.entity.unique)
    unique = next((key for key in keys if {*relation.target_fields, *here} >= {*key}), None)
    stays = Conflict(unique, ()) if unique else None  # rows that are related stay so
    await made(changing, rows, conflicting=(lambda _: stays) if stays else None)


def _relating(given: Sequence[tuple[Nested, Key]]) -> list[tuple[Said, Key]]:
    """What is said of rows that become related, with their holders."""
    words = (Word.CONNECT, Word.CONNECT_OR_CREATE, Word.CREATE)
    return [
        (said, holder) for nested, holder in given for word in words for said in nested.of(word)
    ]


async def _inserted(
    changing: Changing,
    rows: Sequence[NewRow],
    values: Sequence[Record],
    conflicting: Conflicting | None,
) -> Sequence[Key]:
    judge, entity = rows[0].judge, rows[0].entity
    conflict = conflicting(values) if conflicting else None
    new = completed(judge, values)
    try:
        keys, fresh = await changing.change(Insert(entity, new, conflict))
    except ChangeRefused as error:
        changing.check_given(entity, Action.CREATE, new)
        raise RefusedError(_refusal(rows, error)) from None
    await changing.check(entity, Action.CREATE, [key for key in keys if key in fresh])
    if conflict and conflict.update:
        await changing.check(entity, Action.UPDATE, [key for key in keys if key not in fresh])
    if judge.judges_rows:
        places = [row.path for row in rows]
        await check_rows(judge, changing, dict(zip(keys, places, strict=True)))
    if judge.crossing:  # of rows that were there, others' values may be in the way
        later = {
            key: row.path
            for key, row in zip(keys, rows, strict=True)
            if row.later or key not in fresh
        }
        await check_fields(judge, changing, later, {})
    return keys


def _refusal(rows: Sequence[NewRow], error: ChangeRefused) -> Refusal:
    """What a store refused, at the argument that said it."""
    if error.row is None and len(rows) > 1:
        return refusal_by_store(rows[0].entity, error, _shared([row.path for row in rows]))
    row = rows[error.row or 0]
    told = refusal_by_store(row.entity, error, row.path)
    at = next((row.supplied[path[0]] for path in error.paths if path[0] in row.supplied), None)
    return told if at is None else replace(told, path=at)


def _shared(paths: Sequence[ApiPath]) -> ApiPath:
    """What all paths begin with."""
    alike = takewhile(lambda steps: len(set(steps)) == 1, zip(*paths, strict=False))
    return tuple(steps[0] for steps in alike)
