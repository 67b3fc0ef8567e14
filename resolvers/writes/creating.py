"""In charge of fields that make rows, inside of a transaction: inputs → rows → answer."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.change import Conflict
from catalog.entity import Entity
from catalog.query import Record
from catalog.writing import Action
from resolvers.planning.seen import Seen
from resolvers.writes.changing import Changing
from resolvers.writes.making import made
from resolvers.writes.rows import conflict_of
from resolvers.writes.steps import Step, Written


async def created(step: Step, changing: Changing) -> Written:
    """What came of new rows. Raises ``RefusedError`` and ``BigraphError``."""
    changing.may(step.entity, Action.CREATE)
    return await step.told(changing, await made(changing, step.new))


async def upserted(step: Step, changing: Changing) -> Written:
    """What came of rows that may be there already."""
    entity = step.entity
    changing.may(entity, Action.CREATE)
    touchable = await changing.settled(entity, changing.may(entity, Action.UPDATE))

    def conflicting(rows: Sequence[Record]) -> Conflict:
        conflict = conflict_of(entity, step.arguments, rows, touchable)
        _check_readable(changing.context.catalog, entity, conflict, rows)
        return conflict

    return await step.told(changing, await made(changing, step.new, conflicting=conflicting))


def _check_readable(
    catalog: Seen, entity: Entity, conflict: Conflict, rows: Sequence[Record]
) -> None:
    """Raises ``UnauthorizedError`` if rows were found by what the viewer may not read."""
    for name in conflict.target:
        if any(row.get(name) is not None for row in rows):
            catalog.check(entity, entity.fields[name])
