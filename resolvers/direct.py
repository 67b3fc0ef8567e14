"""In charge of answering a root field directly: its rows become the answer's own dicts and lists.

Nothing here knows how a wrong value is to be told: whatever is amiss raises, and the root is
completed again by graphql-core from the same reads, which the loaders remember.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Any

from catalog.errors import StoredValueError
from catalog.query import Key
from resolvers.completion import ViolationError
from resolvers.context import Context
from resolvers.forms import ObjectForm
from resolvers.levels import Functions, Level, Links, Objects
from resolvers.pages import Found, empty_page, pages_of, shown_rows
from resolvers.plan import Hop
from resolvers.questions import Variables
from telemetry.spans import span


async def answer_directly(level: Level, context: Context, variables: Variables) -> Any:
    """The completed value of a root field.

    Raises ``StoreError``, and all kinds of errors for a value that GraphQL forbids.
    """
    asks = [await level.question.asked(context, variables)]
    asks += [await summary.asked(context, variables) for summary in level.summaries]
    rows, *groups = await context.loaders.roots(asks)
    found = Found({(): rows}, [{(): each} for each in groups])
    return (await _completed(level, found, context, variables)).get(())


async def _completed(level: Level, found: Found, context: Context, variables: Variables) -> Objects:
    rows = list(chain.from_iterable(shown_rows(level, each) for each in found.rows.values()))
    # All answers of a read come with one reader; without rows nobody asks.
    reader = next((answer.reader for answer in found.rows.values() if answer.raw), None)
    functions = level.functions(reader)
    links = await _links(level, functions, rows, context, variables)
    if isinstance(level.form, ObjectForm):
        there = [key for key, answer in found.rows.items() if answer.raw]
        return dict(zip(there, functions.objects(level.form, rows, links), strict=True))
    return pages_of(level, level.form, found, functions, links, context.catalog)


async def _links(
    level: Level,
    functions: Functions,
    rows: Sequence[Any],
    context: Context,
    variables: Variables,
) -> Links:
    if not level.hops:
        return (), ()
    found = await asyncio.gather(
        *(
            _followed(hop, below, keys(rows), len(rows), context, variables)
            for (hop, below), keys in zip(level.hops, functions.keys, strict=True)
        )
    )
    return found, [_missing(below, context) for _, below in level.hops]


async def _followed(
    hop: Hop,
    below: Level,
    keys: Sequence[Key],
    parents: int,
    context: Context,
    variables: Variables,
) -> Objects:
    relation = hop.relation
    wanted = [key for key in dict.fromkeys(keys) if None not in key]
    if any(isinstance(value, StoredValueError) for key in wanted for value in key):
        raise ViolationError
    with span(f"{relation.source}.{relation.api}", attributes={"bigraph.parents": parents}):
        if not wanted:
            return {}
        wanted.sort(key=repr)
        found = await _loaded(below, tuple(wanted), context, variables, cached=relation.cross_store)
        return await _completed(below, found, context, variables)


async def _loaded(
    level: Level, keys: tuple[Key, ...], context: Context, variables: Variables, *, cached: bool
) -> Found:
    rows = await level.question.asked(context, variables, keys)
    if not level.summaries:
        known = await context.loaders.load(rows, cached=cached)
        return Found({key: known[key] for key in keys})
    asks = [await summary.asked(context, variables, keys) for summary in level.summaries]
    # All at once, so that the loaders make them one call.
    known, *groups = await asyncio.gather(
        context.loaders.load(rows, cached=cached), *(context.loaders.load(ask) for ask in asks)
    )
    return Found({key: known[key] for key in keys}, groups)


def _missing(level: Level, context: Context) -> Any:
    if isinstance(level.form, ObjectForm):
        return None
    return empty_page(level, level.form, context.catalog)
