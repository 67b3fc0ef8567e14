"""In charge of answering a root field directly: its rows become the answer's own dicts and lists.

Nothing here knows how a wrong value is to be told: whatever is amiss raises, and the root is
completed again by graphql-core from the same reads, which the loaders remember.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, cast

import orjson

from catalog.errors import StoredValueError
from catalog.query import Answer, Key
from datasources.errors import StoreTimeout, StoreUnavailable
from resolvers.cache.kept import Kept
from resolvers.completion.forms import ObjectForm
from resolvers.completion.levels import NO_LINKS, Functions, Level, Links, Objects
from resolvers.completion.objects import ViolationError
from resolvers.completion.pages import Found, Shown, empty_page, pages_of, pages_told, shown_of
from resolvers.context import Context
from resolvers.planning.plan import Hop
from resolvers.planning.questions import Question, Variables
from telemetry.spans import span


async def answer_directly(level: Level, context: Context, variables: Variables) -> Any:
    """The completed value of a root field.

    Raises ``StoreError``, and all kinds of errors for a value that GraphQL forbids.
    """
    if level.ends and isinstance(level.form, ObjectForm):
        (answer,) = await context.loaders.roots([level.question.bound(context, variables)])
        if not answer.raw:
            return None
        functions = level.functions(answer.reader)
        made = functions.objects(level.form, answer.raw[:1], NO_LINKS)[0]
        return made[level.island.value] if level.island.value else made
    ask = partial(_found, level, context, variables)
    if level.lined:
        return (await _shown(level, ask, context, variables)).get(())
    found = await ask(level.question)
    return (await _completed(level, found, context, variables)).get(())


async def _found(level: Level, context: Context, variables: Variables, question: Question) -> Found:
    """The rows of a root, and what is summed up beside them."""
    asks = [await question.asked(context, variables)]
    asks += [await summary.asked(context, variables) for summary in level.summaries]
    rows, *groups = await context.loaders.roots(asks)
    return Found({(): rows}, [{(): each} for each in groups])


async def _shown(
    level: Level,
    ask: Callable[[Question], Awaitable[Found]],
    context: Context,
    variables: Variables,
) -> Objects:
    """What a level shows of lines, if its rows come as such, and else of rows."""
    lines = level.lines_at(time.monotonic()) if level.lined else None
    if lines is not None:
        try:
            found = await ask(lines.question)
        except (StoreUnavailable, StoreTimeout) as error:
            # Whoever completes this otherwise would wait for the rows in vain, too.
            context.loaders.fail(level.question.bound(context, variables), error)
            raise
        return pages_told(level, lines, shown_of(level, found), context)
    found = await ask(level.question)
    if level.ends and (kept := _kept(found.rows, found.rows)) is not None:
        return _told(level, kept, context)
    return await _completed(level, found, context, variables)


async def _completed(level: Level, found: Found, context: Context, variables: Variables) -> Objects:
    shown = shown_of(level, found)
    # All answers of a read come with one reader; without rows nobody asks.
    reader = next((answer.reader for answer in found.rows.values() if answer.raw), None)
    functions = level.functions(reader)
    links = await _links(level, functions, shown.rows, context, variables)
    if level.learns:  # also of what came along the links
        level.learn(reader)
    return _made(level, shown, functions, links, context)


def _made(
    level: Level, shown: Shown, functions: Functions, links: Links, context: Context
) -> Objects:
    if isinstance(level.form, ObjectForm):
        there = [key for key, answer in shown.found.rows.items() if answer.raw]
        return dict(zip(there, functions.objects(level.form, shown.rows, links), strict=True))
    return pages_of(level, level.form, shown, functions, links, context)


class _Step(NamedTuple):
    """A hop that is to be followed from some rows, by these keys."""

    hop: Hop
    below: Level
    keys: tuple[Key, ...]
    parents: int

    def span(self) -> AbstractContextManager[Any]:
        """Around what follows it."""
        relation = self.hop.relation
        attributes = {"bigraph.parents": self.parents}
        return span(f"{relation.source}.{relation.api}", attributes=attributes)


async def _links(
    level: Level,
    functions: Functions,
    rows: Sequence[Any],
    context: Context,
    variables: Variables,
) -> Links:
    if not level.hops:
        return NO_LINKS
    steps = [
        _Step(hop, below, _wanted(keys(rows)), len(rows))
        for (hop, below), keys in zip(level.hops, functions.keys, strict=True)
    ]
    found = [_at_hand(step, context, variables) for step in steps]
    waiting = [at for at, objects in enumerate(found) if objects is None]
    if len(waiting) == 1:  # it needs no task of its own
        found[waiting[0]] = await _followed(steps[waiting[0]], context, variables)
    elif waiting:
        following = [_followed(steps[at], context, variables) for at in waiting]
        for at, objects in zip(waiting, await asyncio.gather(*following), strict=True):
            found[at] = objects
    return [each or {} for each in found], [_missing(step.below, context) for step in steps]


def _wanted(keys: Sequence[Key]) -> tuple[Key, ...]:
    known = dict.fromkeys(keys)
    if StoredValueError in set(map(type, chain.from_iterable(known))):
        raise ViolationError
    return tuple([key for key in known if None not in key])


def _at_hand(step: _Step, context: Context, variables: Variables) -> Objects | None:
    """What is kept in this process; None if anything must be waited for."""
    hop, below, keys, _ = step
    if not below.ends:
        return None
    known = context.loaders.at_hand(below.question.bound(context, variables, keys), hop.relation)
    kept = None if known is None else _kept(known, keys)
    if kept is None:
        return None
    with step.span():
        return _told(below, kept, context)


async def _followed(step: _Step, context: Context, variables: Variables) -> Objects:
    _, below, keys, _ = step
    with step.span():
        if not keys:
            return {}
        ask = partial(_loaded, step, context, variables)
        return await _shown(below, ask, context, variables)


async def _loaded(step: _Step, context: Context, variables: Variables, question: Question) -> Found:
    """The rows that a step leads to, and what is summed up beside them."""
    hop, level, keys, _ = step
    rows = await question.asked(context, variables, keys)
    if not level.summaries:
        known = await context.loaders.load(rows, hop.relation)
        return Found({key: known[key] for key in keys})
    asks = [await summary.asked(context, variables, keys) for summary in level.summaries]
    # All at once, so that the loaders make them one call.
    known, *groups = await asyncio.gather(
        context.loaders.load(rows, hop.relation), *(context.loaders.load(ask) for ask in asks)
    )
    return Found({key: known[key] for key in keys}, groups)


def _kept(known: Mapping[Key, Answer], keys: Iterable[Key]) -> dict[Key, Kept] | None:
    """The answers to these keys, if all of them are kept."""
    kept = {key: known[key] for key in keys}
    return cast("dict[Key, Kept]", kept) if {Kept}.issuperset(map(type, kept.values())) else None


def _told(level: Level, answers: Mapping[Key, Kept], context: Context) -> Objects:
    """What is shown of answers that are shared: in JSON, made once for many requests."""
    new = {key: kept for key, kept in answers.items() if kept.form is not level.form}
    if not new:
        return {key: kept.told for key, kept in answers.items()}
    made = _made(level, shown_of(level, Found(new)), level.functions(None), NO_LINKS, context)
    told = {key: kept.tell(level.form, orjson.dumps(made.get(key))) for key, kept in new.items()}
    return {key: told.get(key, kept.told) for key, kept in answers.items()}


def _missing(level: Level, context: Context) -> Any:
    if isinstance(level.form, ObjectForm):
        return None
    return empty_page(level, level.form, context)
