"""In charge of what the models say of rows as they have become, before the transaction ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalog.query import Key
from resolvers.writes.changing import Changing
from resolvers.writes.judging import Judge
from resolvers.writes.refusals import ApiPath
from resolvers.writes.values import Refusals


async def check_rows(judge: Judge, changing: Changing, rows: Mapping[Key, ApiPath]) -> None:
    """Raises ``RefusedError`` for rows that the validators of the whole model refuse.

    They are given by key, with the arguments that say what they become.
    """
    if not judge.judges_rows:
        return
    amiss, entity = Refusals(), judge.entity
    paths = [(name,) for name in entity.stored_fields]
    for record in await changing.records(entity, list(rows), paths):
        judge.row(record, rows[tuple(record[name] for name in entity.key)], amiss)
    amiss.check()


async def check_fields(
    judge: Judge, changing: Changing, keys: Sequence[Key], built: Mapping[str, ApiPath]
) -> None:
    """The same for values that were ``built`` upon others: fields, by the argument that did."""
    if not built or not judge.judges_fields:
        return
    amiss = Refusals()
    for record in await changing.records(judge.entity, keys, [(name,) for name in built]):
        for name, value in record.items():
            judge.field(name, value, built[name], amiss)
    amiss.check()
