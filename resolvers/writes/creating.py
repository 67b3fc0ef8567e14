"""In charge of new rows, inside of a transaction: inputs → rows → store → rules → answer."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.change import Conflict, Insert
from catalog.entity import Entity
from catalog.query import Key, Record
from catalog.writing import Action
from datasources.errors import ChangeRefused
from resolvers.seen import Seen
from resolvers.writes.afterwards import check_rows
from resolvers.writes.changing import Changing
from resolvers.writes.refusals import RefusedError, refusal_by_store
from resolvers.writes.rows import completed, conflict_of, rows_given
from resolvers.writes.steps import Step, Written


async def created(step: Step, changing: Changing) -> Written:
    """What came of new rows. Raises ``RefusedError`` and ``BigraphError``."""
    changing.may(step.entity, Action.CREATE)
    rows = rows_given(step.judge, step.entity, step.arguments, many=step.write.many)
    keys = await _inserted(step, changing, rows, None)
    return await step.written(changing, keys)


async def upserted(step: Step, changing: Changing) -> Written:
    """What came of rows that may be there already."""
    entity = step.entity
    changing.may(entity, Action.CREATE)
    touchable = await changing.settled(entity, changing.may(entity, Action.UPDATE))
    rows = rows_given(step.judge, entity, step.arguments, many=step.write.many)
    conflict = conflict_of(entity, step.arguments, rows, touchable)
    _check_readable(changing.context.catalog, entity, conflict, rows)
    keys = await _inserted(step, changing, rows, conflict)
    return await step.written(changing, keys)


def _check_readable(
    catalog: Seen, entity: Entity, conflict: Conflict, rows: Sequence[Record]
) -> None:
    """Raises ``UnauthorizedError`` if rows were found by what the viewer may not read."""
    for name in conflict.target:
        if any(row.get(name) is not None for row in rows):
            catalog.check(entity, entity.fields[name])


async def _inserted(
    step: Step, changing: Changing, rows: Sequence[Record], conflict: Conflict | None
) -> Sequence[Key]:
    """The keys of the rows, which are all as they may be."""
    entity, judge = step.entity, step.judge
    new = tuple(completed(judge, row) for row in rows)
    try:
        keys, made = await changing.change(Insert(entity, new, conflict))
    except ChangeRefused as error:
        changing.check_given(entity, Action.CREATE, new)
        raise RefusedError(
            refusal_by_store(entity, error, ("input",), many=step.write.many)
        ) from None
    fresh = [key for key in keys if key in made]
    await changing.check(entity, Action.CREATE, fresh)
    await changing.check(entity, Action.UPDATE, [key for key in keys if key not in made])
    if judge.judges_rows:
        await check_rows(judge, changing, entity, keys)
    return keys
