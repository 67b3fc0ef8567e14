"""In charge of new rows that give fields and nothing else: many are looked at by field.

Whatever needs a word, be it that something is amiss, is left to those who look at each row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.columns import ABSENT, Absent, Columns, Rows, columns_of
from catalog.entity import Entity
from resolvers.writes.inputs import Input
from resolvers.writes.judging import Judge
from resolvers.writes.nested import PlainRows
from resolvers.writes.refusals import ApiPath
from resolvers.writes.values import Named, Raw, Refusals, stored


def plain_rows(
    own_input: Input, judge: Judge, given: Sequence[Raw], path: ApiPath
) -> PlainRows | None:
    """The rows of a list, judged; None if they must be looked at one by one."""
    columns, whole = columns_of(given)
    needed = {field.api for field in own_input.needed}
    if not columns.keys() <= judge.named.keys() or not needed <= columns.keys():
        return None
    if not whole and any(ABSENT in columns[api] for api in needed):
        return None
    amiss = Refusals()
    values = {
        judge.named[api].name: _stored(judge.named[api], column, amiss)
        for api, column in columns.items()
    }
    if len(amiss) or not _are_of_kind(judge.entity, values):
        return None
    made = judge.many(Rows(Columns(values, whole), len(given)))
    return None if made is None else PlainRows(judge, path, made)


def _stored(named: Named, values: Sequence[Any], amiss: Refusals) -> Sequence[Any]:
    """The values that the coerced ones mean; noted in ``amiss`` if no store can hold one."""
    if named.same and set(map(type, values)) <= {*named.same, Absent}:
        return values
    kind = named.type
    return [value if value is ABSENT else stored(kind, value, (), amiss) for value in values]


def _are_of_kind(entity: Entity, values: Mapping[str, Sequence[Any]]) -> bool:
    portion = entity.portion
    return portion is None or {*values.get(portion.tag, ())} <= {*portion.values, ABSENT}
