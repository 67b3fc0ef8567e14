"""In charge of what the models say of rows as they have become, before the transaction ends."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.query import Key
from resolvers.writes.changing import Changing
from resolvers.writes.judging import Judge
from resolvers.writes.refusals import ApiPath
from resolvers.writes.turns import Turns
from resolvers.writes.values import Refusals


async def check_rows(judge: Judge, changing: Changing, rows: Mapping[Key, ApiPath]) -> None:
    """Raises ``RefusedError`` for rows that the validators of the whole model refuse.

    They are given by key, with the arguments that say what they become.
    """
    if not judge.judges_rows:
        return
    amiss, entity, turns = Refusals(), judge.entity, Turns()
    paths = [(name,) for name in entity.stored_fields]
    for record in await changing.records(entity, list(rows), paths):
        await turns.another()
        judge.row(record, rows[tuple(record[name] for name in entity.key)], amiss)
    amiss.check()


async def check_fields(
    judge: Judge, changing: Changing, rows: Mapping[Key, ApiPath], built: Mapping[str, ApiPath]
) -> None:
    """The same for validators of fields that look at others, and for values ``built`` upon others.

    Those are given by field, with the argument that did.
    """
    if not judge.judges_fields or not (built or judge.crossing):
        return
    amiss, entity, turns = Refusals(), judge.entity, Turns()
    names = entity.stored_fields if judge.crossing else built
    for record in await changing.records(entity, list(rows), [(name,) for name in names]):
        await turns.another()
        at = rows[tuple(record[name] for name in entity.key)] if judge.crossing else ()
        judge.fields(record, {**dict.fromkeys(judge.crossing, at), **built}, amiss)
    amiss.check()
