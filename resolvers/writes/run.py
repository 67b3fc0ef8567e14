"""In charge of the transaction that root fields share: all of them are written, or none is.

Fields that write and stand side by side in an operation share one. It is tried again when others
wrote the same, and nothing of it is told before it is committed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from itertools import dropwhile
from typing import Any, Final, assert_never

from graphql import DocumentNode
from strawberry.types.info import Info

from catalog.change import Change
from catalog.entity import Entity, Store
from catalog.sweeping import swept
from datasources.errors import WriteConflict
from resolvers.context import Context
from resolvers.documents.fields import asked_field, asked_fields
from resolvers.documents.info import RawInfo, raw_info
from resolvers.documents.members import Writes, member_of
from resolvers.documents.parsing import Tree
from resolvers.errors import UnauthorizedError
from resolvers.policies import guarded_in
from resolvers.writes.altering import altered, removed
from resolvers.writes.changing import Changes, Changing
from resolvers.writes.creating import created, upserted
from resolvers.writes.inputs import Inputs
from resolvers.writes.joint import joined
from resolvers.writes.kinds import Alter, Create, Remove, Upsert
from resolvers.writes.outcomes import Outcome, alike, failed
from resolvers.writes.recording import Redoing
from resolvers.writes.refusals import Refused, Why
from resolvers.writes.steps import Step, Written
from telemetry import current
from telemetry.spans import span

TRIES: Final = 10
"""How often a transaction is tried that is in conflict with others."""

_PAUSE: Final = 0.01  # seconds at most before the second try, and then twice as long each time
_LONGEST_PAUSE: Final = 0.3


def resolve_write(inputs: Inputs) -> Callable[[Any, Info], Awaitable[Any]]:
    """The resolver of all fields that write; the first of those side by side writes for all."""

    async def produce(_source: Any, info: Info) -> Any:
        raw, context = raw_info(info), info.context
        key = asked_field(raw).key
        if key not in context.outcomes:
            steps = side_by_side(inputs, raw, key)
            if context.once:
                context.once.asked = raw
            alone = not context.is_inner and _are_all(steps, raw)
            with span("Mutation", attributes={"bigraph.writes": len(steps)}):
                amiss = _unreadable(context, raw)
                made = (
                    alike(steps, amiss) if amiss else await performed(context, steps, alone=alone)
                )
            context.outcomes.update(made)
        outcome = context.outcomes.pop(key)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return produce


def side_by_side(inputs: Inputs, raw: RawInfo, key: str) -> list[Step]:
    """The fields that write from the one of this key on, up to the next that does not."""
    root: Any = raw.operation
    steps: list[Step] = []
    fields = asked_fields(raw, raw.parent_type, [root])
    for asked in dropwhile(lambda asked: asked.key != key, fields):
        member = member_of(asked.definition)
        if not isinstance(member, Writes):
            break
        steps.append(Step(member.write, inputs, raw, asked))
    return steps


def _are_all(steps: Sequence[Step], raw: RawInfo) -> bool:
    root: Any = raw.operation
    return len(steps) == len(list(asked_fields(raw, raw.parent_type, [root])))


def _unreadable(context: Context, raw: RawInfo) -> UnauthorizedError | None:
    """Why the answer may not be told whole: then nothing is written that it would hide.

    It is about fields that users wrote; the engine's own are looked at where they are planned.
    """
    document = DocumentNode(definitions=(raw.operation, *raw.fragments.values()))
    root = f"{raw.parent_type.name}."
    for coordinate in sorted(guarded_in(raw.schema, Tree(document, raw.operation))):
        try:
            if not coordinate.startswith(root):  # of those beside it, each has its own answer
                context.catalog.check_use(coordinate)
        except UnauthorizedError as error:
            return error
    return None


async def performed(
    context: Context, steps: Sequence[Step], *, alone: bool = False
) -> Mapping[str, Outcome]:
    """What came of each field, by its response key, once all is committed or nothing is.

    ``alone`` says that they are all of the operation.
    """
    conflict: Exception | None = None
    looked_again = False
    for attempt in range(TRIES):
        await asyncio.sleep(_pause(attempt))
        try:
            outcomes = await _tried(context, steps, alone=alone)
        except WriteConflict as error:
            conflict = error
            continue
        if not looked_again and _came_meanwhile(steps, outcomes):
            looked_again = True
            continue
        context.afresh()
        return outcomes
    assert conflict is not None  # noqa: S101 (or there would be outcomes)
    return alike(steps, conflict)


async def _tried(context: Context, steps: Sequence[Step], *, alone: bool) -> Mapping[str, Outcome]:
    """One transaction of them all. Raises ``WriteConflict``, after which nothing is written.

    Before its commit it may be ended with its request, if nothing else was done for that.
    """
    outcomes: dict[str, Outcome] = {}
    later: dict[str, Sequence[Change]] = {}
    ended: set[Entity] = set()
    under_way: Step | None = None
    committing = False
    try:
        for step in steps:
            await step.read()
        async with _begun(context, steps) as (transactions, within):
            with current().released() if alone else nullcontext():
                for under_way in steps:
                    changing = Changing(transactions, within, under_way.scope)
                    outcomes[under_way.key] = await _made(under_way, changing)
                    ended |= changing.ended
                    later[under_way.key] = _to_be_made(transactions, later)
            within.outcomes.update(outcomes)
            under_way, committing = None, True
    except WriteConflict:
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told where it belongs)
        return failed(steps, under_way, error, later)
    finally:
        # Who goes away in a commit, or is told nothing of it, may leave rows that are written.
        # So may an earlier request, to which this is the answer.
        repeated = bool(context.once and context.once.is_repeated)
        if committing or repeated:
            written = {each for step in steps for each in step.written}
            others = swept(context.catalog, written if repeated else ended)
            await asyncio.shield(context.means.wrote({*written, *others}))
    return outcomes


def _to_be_made(
    transactions: Mapping[Store, Changes], before: Mapping[str, Sequence[Change]]
) -> Sequence[Change]:
    """What the last field has to be made again if MongoDB is lost; without those ``before``."""
    redoing = transactions.get(Store.MONGO)
    noted = redoing.again if isinstance(redoing, Redoing) else []
    return noted[sum(map(len, before.values())) :]


def _came_meanwhile(steps: Sequence[Step], outcomes: Mapping[str, Outcome]) -> bool:
    """Whether a row that was looked for, and was not there, may be what was in the way after all.

    A transaction sees one state, without what others make meanwhile; but keys are theirs by then.
    """
    return any(step.seeks for step in steps if _is_taken(outcomes[step.key]))


def _is_taken(outcome: Outcome) -> bool:
    """Whether a key was, for which nothing was written."""
    refused = outcome.errors if isinstance(outcome, Refused) else ()
    return any(each.code is Why.UNIQUE_VIOLATION for each in refused)


@asynccontextmanager
async def _begun(
    context: Context, steps: Sequence[Step]
) -> AsyncGenerator[tuple[Mapping[Store, Changes], Context]]:
    """The transactions that the fields need, which end as one, and the context that reads by them.

    Ends in ``WriteConflict`` if nothing is written, and all may be tried again.
    """
    stores = {store for step in steps for store in step.stores}
    if len(stores) > 1 and context.means.finishing is not None:
        async with joined(context, context.means.finishing) as begun:
            yield begun
        return
    (store,) = stores
    async with context.means.beginning(context, store) as (transaction, within):
        yield {store: transaction}, within


async def _made(step: Step, changing: Changing) -> Written:
    match step.write:
        case Create():
            return await created(step, changing)
        case Upsert():
            return await upserted(step, changing)
        case Alter():
            return await altered(step, changing)
        case Remove():
            return await removed(step, changing)
        case _:
            assert_never(step.write)


def _pause(attempt: int) -> float:
    """How long to leave the others alone before a try; by chance, so that not all come at once."""
    most = min(_PAUSE * 2**attempt, _LONGEST_PAUSE) if attempt else 0
    return random.uniform(0, most)  # noqa: S311 (no secret)
