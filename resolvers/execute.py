"""In charge of the last stages: running a plan level by level, and shaping records into rows.

Each level is one call of each store: all hops of one level start together, and the loaders join
them. A store that fails costs the relations that lead into it, not the rows they start from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from catalog.entity import Entity
from catalog.errors import BigraphError
from catalog.query import Answer, Key, Record
from datasources.errors import StoreError
from resolvers.context import Context
from resolvers.cursors import cursor
from resolvers.errors import ReachError
from resolvers.paging import Page
from resolvers.plan import Hop, Island, Part
from resolvers.questions import Variables
from resolvers.rows import Row, RowPage
from resolvers.summaries import summary_values
from telemetry.spans import span

Value = Row | RowPage | None
_Pending = dict[Hop, list[Row]]
_NO_VARIABLES: Variables = {}


async def execute(island: Island, context: Context, variables: Variables = _NO_VARIABLES) -> Value:
    """The value of a root field: a page, or one row if there is one.

    ``variables`` are those that stand in the plan. Raises ``StoreError`` and ``ReachError``.
    """
    asks = [await question.asked(context, variables) for question in island.questions]
    answer, *groups = await context.loaders.roots(asks)
    found = [{(): each} for each in groups]
    return (await _shaped(island, {(): answer}, found, context, variables))[()]


async def found(
    island: Island, keys: Sequence[Key], context: Context, variables: Variables = _NO_VARIABLES
) -> Mapping[Key, Value]:
    """What an island of a batch finds for each of these keys; those without rows may be absent.

    Raises ``StoreError`` and ``ReachError``.
    """
    (question,) = island.questions
    wanted = tuple(dict.fromkeys(keys))
    if not wanted:
        return {}
    answers = await context.loaders.load(await question.asked(context, variables, wanted))
    return await _shaped(island, {k: answers[k] for k in wanted}, (), context, variables)


async def follow(
    hop: Hop, rows: list[Row], context: Context, variables: Variables = _NO_VARIABLES
) -> None:
    """Puts the relation's value, or the error in its place, into each row's links."""
    relation = hop.relation
    attributes = {"bigraph.parents": len(rows)}
    with span(f"{relation.source}.{relation.api}", attributes=attributes):
        keyed = [(row, _key(row.record_, relation.source_fields)) for row in rows]
        found = {key for _, key in keyed if isinstance(key, tuple) and None not in key}
        values: Mapping[Key, Value | BigraphError]
        try:
            values = await _loaded(hop, found, context, variables)
        except (StoreError, ReachError) as error:
            values = dict.fromkeys(found, error)
    missing = _nothing(hop.island, context)
    for row, key in keyed:
        row.links_[hop.place] = key if isinstance(key, BigraphError) else values.get(key, missing)


async def _loaded(
    hop: Hop, keys: Iterable[Key], context: Context, variables: Variables
) -> Mapping[Key, Value]:
    wanted = tuple(keys)
    if not wanted:
        return {}
    questions = hop.island.questions
    rows, *summaries = [await each.asked(context, variables, wanted) for each in questions]
    # All at once, so that the loaders make them one call.
    answers, *groups = await asyncio.gather(
        context.loaders.load(rows, hop.relation),
        *(context.loaders.load(ask) for ask in summaries),
    )
    found = {key: answers[key] for key in wanted}
    return await _shaped(hop.island, found, groups, context, variables)


async def _shaped(
    island: Island,
    answers: Mapping[Key, Answer],
    groups: Sequence[Mapping[Key, Answer]],
    context: Context,
    variables: Variables,
) -> Mapping[Key, Value]:
    """Each answer as a value, complete with everything that hops off its rows."""
    pending: _Pending = {}
    values = {
        key: _value(
            island,
            answer,
            [_row(record, island.part, pending) for record in _shown(island, answer)],
            [each[key] for each in groups],
            context,
        )
        for key, answer in answers.items()
    }
    hops = (follow(hop, rows, context, variables) for hop, rows in pending.items())
    await asyncio.gather(*hops)
    return values


def _shown(island: Island, answer: Answer) -> Sequence[Record]:
    """The answer's rows without the one that only shows whether more follow."""
    return answer.rows if island.page is None else answer.rows[: island.page.size]


def _row(record: Record, part: Part, pending: _Pending) -> Row:
    own = part.of(record)
    row = Row(own.entity if own else part.entity, record)
    for joined in own.joined if own else ():
        child = record[joined.relation.name]
        row.links_[joined.place] = None if child is None else _row(child, joined.part, pending)
    for hop in own.hops if own else ():
        pending.setdefault(hop, []).append(row)
    return row


def _key(record: Record, names: tuple[str, ...]) -> Key | BigraphError:
    values = tuple(record[name] for name in names)
    return next((value for value in values if isinstance(value, BigraphError)), values)


def _nothing(island: Island, context: Context) -> Value:
    """The value where nothing is related."""
    groups = [part.summary.nothing for part in island.summaries]
    return _value(island, Answer(total=0), [], groups, context)


def _value(
    island: Island, answer: Answer, rows: list[Row], groups: Sequence[Answer], context: Context
) -> Value:
    page = island.page
    if page is None:
        return rows[0] if rows else None
    more = len(answer.raw) > page.size
    return RowPage(
        rows[::-1] if page.backward else rows,
        _cursor_of(island.read.entity, page, context),
        has_next_page=page.ends_inside or (more and not page.backward),
        has_previous_page=page.starts_inside or (more and page.backward),
        total_count=answer.total,
        summaries=summary_values(island.summaries, groups),
    )


def _cursor_of(entity: Entity, page: Page, context: Context) -> Any:
    value = context.reach.value
    return partial(cursor, context.catalog, entity, page.orders, beyond=value, listed=page.listed)
