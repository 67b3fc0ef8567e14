"""In charge of what the models say of rows as they have become, before the transaction ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalog.entity import Entity
from catalog.query import Key
from resolvers.writes.changing import Changing
from resolvers.writes.judging import Judge
from resolvers.writes.values import Refusals


async def check_rows(judge: Judge, changing: Changing, entity: Entity, keys: Sequence[Key]) -> None:
    """Raises ``RefusedError`` for rows that the validators of the whole model refuse."""
    amiss = Refusals()
    for record in await changing.records(entity, keys, [(name,) for name in entity.stored_fields]):
        judge.row(record, amiss)
    amiss.check()


async def check_fields(
    judge: Judge, changing: Changing, entity: Entity, keys: Sequence[Key], built: Mapping[str, str]
) -> None:
    """The same for values that were ``built`` upon others: fields, by the argument that did."""
    amiss = Refusals()
    for record in await changing.records(entity, keys, [(name,) for name in built]):
        for name, value in record.items():
            judge.values({name: value}, (built[name],), amiss)
    amiss.check()
