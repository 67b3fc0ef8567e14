"""In charge of the last stages: running a plan level by level, and shaping records into rows.

Each level is one call of each store: all hops of one level start together, and the loaders join
them. A store that fails costs the relations that lead into it, not the rows they start from.

What is in a later part of the answer is read when that is made, for all rows at once as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from catalog.entity import Entity, Relation
from catalog.errors import BigraphError
from catalog.query import Answer, Key, Record
from datasources.errors import StoreError
from resolvers.context import Context
from resolvers.errors import ReachError
from resolvers.later import Later
from resolvers.planning.cursors import cursors_of
from resolvers.planning.paging import Page
from resolvers.planning.plan import Hop, Island, Part
from resolvers.planning.questions import Variables
from resolvers.planning.summaries import summary_values
from resolvers.rows import Row, RowPage
from telemetry.spans import span

Value = Row | RowPage | None
Values = Mapping[Key, Value]
_NO_VARIABLES: Variables = {}


class _Hops(NamedTuple):
    """The rows that hops start from: those that are followed at once, and later."""

    at_once: dict[Hop, list[Row]]
    later: dict[Hop, list[Row]]

    def all_later(self) -> _Hops:
        """The same for rows that are in a later part themselves."""
        return _Hops(self.later, self.later)


async def execute(island: Island, context: Context, variables: Variables = _NO_VARIABLES) -> Value:
    """The value of a root field: a page, or one row if there is one.

    ``variables`` are those that stand in the plan. Raises ``StoreError`` and ``ReachError``.
    """
    return (await _read(context, variables, island))[()]


async def found(
    island: Island, keys: Sequence[Key], context: Context, variables: Variables = _NO_VARIABLES
) -> Mapping[Key, Value]:
    """What an island of a batch finds for each of these keys; those without rows may be absent.

    Raises ``StoreError`` and ``ReachError``.
    """
    wanted = tuple(dict.fromkeys(keys))
    return await _load(None, wanted, context, variables, island) if wanted else {}


async def follow(
    hop: Hop, rows: list[Row], context: Context, variables: Variables = _NO_VARIABLES
) -> None:
    """Puts the relation's value, or the error in its place, into each row's links."""
    relation = hop.relation
    attributes = {"bigraph.parents": len(rows)}
    with span(f"{relation.source}.{relation.api}", attributes=attributes):
        keyed = [(row, _key(row.record_, relation.source_fields)) for row in rows]
        found = {key for _, key in keyed if isinstance(key, tuple) and None not in key}
        values: Mapping[Key, Value | BigraphError] = {}
        try:
            if found:
                values = await _load(relation, tuple(found), context, variables, hop.island)
        except (StoreError, ReachError) as error:
            values = dict.fromkeys(found, error)
    missing = _nothing(hop.island, context)
    for row, key in keyed:
        row.links_[hop.place] = key if isinstance(key, BigraphError) else values.get(key, missing)


async def _read(context: Context, variables: Variables, island: Island) -> Values:
    """The one value of a root's island."""
    asks = [await question.asked(context, variables) for question in island.questions]
    answer, *groups = await context.loaders.roots(asks)
    answers = _Answers({(): answer}, [{(): each} for each in groups])
    return await _shaped(island, answers, partial(_read, context, variables), context, variables)


async def _load(
    relation: Relation | None,
    keys: tuple[Key, ...],
    context: Context,
    variables: Variables,
    island: Island,
) -> Values:
    """The values of an island of a batch, one for each of the keys."""
    rows, *summaries = [await each.asked(context, variables, keys) for each in island.questions]
    # All at once, so that the loaders make them one call.
    found, *groups = await asyncio.gather(
        context.loaders.load(rows, relation),
        *(context.loaders.load(ask) for ask in summaries),
    )
    answers = _Answers({key: found[key] for key in keys}, groups)
    alike = partial(_load, relation, keys, context, variables)
    return await _shaped(island, answers, alike, context, variables)


class _Answers(NamedTuple):
    """What stores have answered, by the keys of a batch: rows, and each of the summaries."""

    rows: Mapping[Key, Answer]
    groups: Sequence[Mapping[Key, Answer]]


async def _shaped(
    island: Island,
    answers: _Answers,
    alike: Callable[[Island], Coroutine[Any, Any, Values]],
    context: Context,
    variables: Variables,
) -> Values:
    """Each answer as a value, complete with everything that hops off its rows.

    What is ``later`` of an island is read as another island ``alike``.
    """
    hops = _Hops({}, {})
    later = island.later and Later(partial(alike, island.later), context.begun)
    values = {
        key: _value(
            island,
            answer,
            _rows(island, answer, hops),
            [each[key] for each in answers.groups],
            context,
            later and partial(_page_of, later, key),
        )
        for key, answer in answers.rows.items()
    }
    for hop, rows in hops.later.items():
        put_off = Later(partial(follow, hop, rows, context, variables), context.begun)
        for row in rows:
            row.links_[hop.place] = put_off
    await asyncio.gather(
        *(follow(hop, rows, context, variables) for hop, rows in hops.at_once.items())
    )
    return values


async def _page_of(later: Later[Values], key: Key) -> RowPage:
    page = (await later.found())[key]
    assert isinstance(page, RowPage)  # noqa: S101 (only pages have something later)
    return page


def _rows(island: Island, answer: Answer, hops: _Hops) -> list[Row]:
    """The answer's rows; noted are the hops off them."""
    records, part, told = _shown(island, answer), island.part, island.at_once
    if part.is_alone:
        return [Row(part.entity, record) for record in records]
    if told is None:
        return [_row(record, part, hops) for record in records]
    backward, put_off = island.page is not None and island.page.backward, hops.all_later()
    places = reversed(range(len(records))) if backward else range(len(records))
    return [
        _row(record, part, put_off if place >= told else hops)
        for place, record in zip(places, records, strict=True)
    ]


def _shown(island: Island, answer: Answer) -> Sequence[Record]:
    """The answer's rows without the one that only shows whether more follow."""
    return answer.rows if island.page is None else answer.rows[: island.page.size]


def _row(record: Record, part: Part, hops: _Hops) -> Row:
    own = part.of(record)
    row = Row(own.entity if own else part.entity, record)
    for joined in own.joined if own else ():
        child = record[joined.relation.name]
        row.links_[joined.place] = None if child is None else _row(child, joined.part, hops)
    for hop in own.hops if own else ():
        (hops.later if hop.later else hops.at_once).setdefault(hop, []).append(row)
    return row


def _key(record: Record, names: tuple[str, ...]) -> Key | BigraphError:
    values = tuple(record[name] for name in names)
    return next((value for value in values if isinstance(value, BigraphError)), values)


def _nothing(island: Island, context: Context) -> Value:
    """The value where nothing is related."""
    groups = [part.summary.nothing for part in island.summaries]
    later = island.later and partial(_nothing_later, island.later, context)
    return _value(island, Answer(total=0), [], groups, context, later)


async def _nothing_later(island: Island, context: Context) -> Any:
    return _nothing(island, context)


def _value(
    island: Island,
    answer: Answer,
    rows: list[Row],
    groups: Sequence[Answer],
    context: Context,
    later: Callable[[], Awaitable[RowPage]] | None,
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
        later=later,
    )


def _cursor_of(entity: Entity, page: Page, context: Context) -> Callable[[Record], str]:
    def cursor_of(record: Record) -> str:
        made = cursors_of(context.catalog, entity, page.orders, page.listed)
        return made(record, context.reach.value)

    return cursor_of
