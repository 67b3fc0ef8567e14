"""In charge of rows that are there, inside of a transaction: new values for them, or their end."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.change import Delete, Edit
from catalog.filters import all_of
from catalog.query import Filter, Key
from catalog.writing import Action
from datasources.errors import ChangeRefused
from resolvers.across.keys import among
from resolvers.writes.becoming import changed, known
from resolvers.writes.changing import Changing
from resolvers.writes.refusals import Refusal, RefusedError, Why, refusal_by_store
from resolvers.writes.steps import Step, Written


async def altered(step: Step, changing: Changing) -> Written:
    """What came of new values. Raises ``RefusedError`` and ``BigraphError``."""
    changing.may(step.entity, Action.UPDATE)
    changes = step.changes
    found = await _touchable(step, changing, Action.UPDATE, changes.edits)

    async def check(keys: Sequence[Key]) -> None:
        await _check_found(step, changing, keys, Action.UPDATE)

    return await step.told(changing, await changed(changing, changes, found, check))


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


async def _touchable(
    step: Step, changing: Changing, action: Action, edits: Sequence[Edit] = ()
) -> Filter:
    """Which rows are meant, and may be touched: others are as if they were not there."""
    catalog = changing.context.catalog
    rule, sought = changing.may(step.entity, action), step.sought(catalog)
    matched = step.matched(catalog)
    parts = [sought, rule, *known(step.entity, catalog, edits)]
    if matched is not None:
        parts.append(matched)
    return await changing.settled(step.entity, all_of(parts))


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
