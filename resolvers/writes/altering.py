"""In charge of rows that are there, inside of a transaction: new values for them, or their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.change import Delete, Edit, Set, Update
from catalog.entity import Entity
from catalog.query import Filter, Key
from catalog.writing import Action
from datasources.errors import ChangeRefused
from resolvers.arguments import all_of
from resolvers.keys import among
from resolvers.seen import Seen
from resolvers.writes.afterwards import check_fields, check_rows
from resolvers.writes.changing import Changing
from resolvers.writes.edits import argument_of, builds, edits_of
from resolvers.writes.refusals import Refusal, RefusedError, Why, refusal_by_store
from resolvers.writes.steps import Step, Written


async def altered(step: Step, changing: Changing) -> Written:
    """What came of new values. Raises ``RefusedError`` and ``BigraphError``."""
    entity = step.entity
    changing.may(entity, Action.UPDATE)
    edits = edits_of(step.judge, entity, step.arguments)
    found = await _touchable(step, changing, Action.UPDATE, edits)
    try:
        keys, _ = await changing.change(Update(entity, found, edits))
    except ChangeRefused as error:
        whole = {e.path[0]: e.value for e in edits if isinstance(e, Set) and len(e.path) == 1}
        changing.check_given(entity, Action.UPDATE, [whole])
        raise RefusedError(_refusal(step, error, edits)) from None
    await _check_found(step, changing, keys, Action.UPDATE)
    await changing.check(entity, Action.UPDATE, keys)
    await _judged(step, changing, keys, edits)
    return await step.told(changing, keys)


async def removed(step: Step, changing: Changing) -> Written:
    """What came of the end of rows, which are told as they were."""
    entity = step.entity
    found = await _touchable(step, changing, Action.DELETE)
    told = Written(0)
    if step.views:
        keys = await changing.keys(entity, found)
        told = await step.told(changing, keys)
        found = all_of((among(entity.key, keys), found))  # others may have changed them since
    try:
        keys, _ = await changing.change(Delete(entity, found))
    except ChangeRefused as error:
        raise RefusedError(refusal_by_store(entity, error, ())) from None
    await _check_found(step, changing, keys, Action.DELETE)
    return Written(len(keys), told.rows)


def _refusal(step: Step, error: ChangeRefused, edits: Sequence[Edit]) -> Refusal:
    """What a store refused, at the argument that said it; a single one needs no telling."""
    only = edits[0].path if len(edits) == 1 else ()
    path = next(iter(error.paths), only)
    told = [argument_of(edit) for edit in edits if edit.path[:1] == path[:1]]
    return refusal_by_store(step.entity, error, tuple(told[:1]), path=only)


async def _touchable(
    step: Step, changing: Changing, action: Action, edits: Sequence[Edit] = ()
) -> Filter:
    """Which rows are meant, and may be touched: others are as if they were not there."""
    catalog = changing.context.catalog
    rule, sought = changing.may(step.entity, action), step.sought(catalog)
    matched = step.matched(catalog)
    known = _known(step.entity, catalog, edits)
    parts = (sought, rule, *known, *(() if matched is None else (matched,)))
    return await changing.settled(step.entity, all_of(parts))


def _known(entity: Entity, catalog: Seen, edits: Sequence[Edit]) -> Iterator[Filter]:
    """Rows in which the viewer may read what edits build upon: a sum that fails tells what it was.

    Raises ``UnauthorizedError`` if there are none.
    """
    names = {edit.path[0] for edit in edits if builds(edit)}
    if names:
        yield catalog.rows(entity)
    for field in (entity.fields[name] for name in sorted(names)):
        catalog.check_shown(entity, field)
        if (mask := catalog.mask(entity, field)) is not None:
            yield mask


async def _check_found(step: Step, changing: Changing, keys: Sequence[Key], action: Action) -> None:
    """Raises ``RefusedError`` if it is about one row, and there is none, or none that matches."""
    if keys or step.write.many:
        return
    entity, catalog = step.entity, changing.context.catalog
    if step.matched(catalog) is not None:
        there = all_of((step.sought(catalog), changing.may(entity, action)))
        if await changing.keys(entity, there):
            hint = "Read it again, and decide anew."
            message = f"The {entity.name} is not as `ifMatch` asks for."
            raise RefusedError(Refusal(Why.CONFLICT, message, ("ifMatch",), hint))
    message = f"There is no such {entity.name} that you may {action.value}."
    at = tuple(entity.fields[name].api for name in getattr(step.write, "key", ()) or ())
    raise RefusedError(Refusal(Why.NOT_FOUND, message, at[:1]))


async def _judged(
    step: Step, changing: Changing, keys: Sequence[Key], edits: Sequence[Edit]
) -> None:
    """What the model says of rows, and of values that were built upon others."""
    built = {edit.path[0]: argument_of(edit) for edit in edits if builds(edit)}
    if step.judge.judges_rows:
        await check_rows(step.judge, changing, step.entity, keys)
    if built and step.judge.judges_fields:
        await check_fields(step.judge, changing, step.entity, keys, built)
