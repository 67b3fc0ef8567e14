"""In charge of transactions of both stores that end as one: Postgres commits, then MongoDB.

When Postgres commits, MongoDB has run its validators and unique indexes in a transaction that is
open. Should that be lost, the outbox has what it was to do.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

from catalog.change import Change, Delete, Isolation, stricter
from catalog.change_codec import by_key
from catalog.entity import Store
from datasources.errors import StoreError
from datasources.own import KEYS
from resolvers.context import Context
from resolvers.operations.once import AnsweredError
from resolvers.outbox.finishing import Finishing
from resolvers.outbox.intents import Intent
from resolvers.writes.changing import Changes
from resolvers.writes.recording import Redoing, Undoing

_LEAST: Final = Isolation.REPEATABLE_READ
"""What was there must stay as it was looked at, or it could not be undone."""


@asynccontextmanager
async def joined(
    context: Context, finishing: Finishing
) -> AsyncGenerator[tuple[Mapping[Store, Changes], Context]]:
    """What changes each of the stores, and the context that reads by both transactions.

    Ends as a transaction does: with ``WriteConflict`` all may be tried again. With ``UndoneError``,
    ``ParkedError`` and ``PendingError`` Postgres had committed.
    """
    means = replace(context.means, isolation=stricter(context.means.isolation, _LEAST))
    context = replace(context, means=means)
    intent: Intent | None = None
    answered: AnsweredError | None = None
    async with AsyncExitStack() as stack:
        # It is Postgres that keeps an idempotency key, with the answer.
        begins = context.once.begins if context.once else means.beginning
        mongo, near = await stack.enter_async_context(begins(context, Store.MONGO))
        redoing = Redoing(mongo)
        try:
            async with means.beginning(near, Store.POSTGRES) as (postgres, within):
                undoing = Undoing(postgres)
                yield {Store.MONGO: redoing, Store.POSTGRES: undoing}, within
                intent = _intent(context, redoing, undoing)
                if intent.is_joint:
                    await finishing.outbox.note(intent, postgres, mongo)
        except AnsweredError as error:
            if intent is None:  # an earlier request has written
                raise
            answered = error
        ending = stack.pop_all()
    await _ended(context, finishing, intent, ending)
    if answered:
        raise answered


def _intent(context: Context, redoing: Redoing, undoing: Undoing) -> Intent:
    """What is written; if it is undone, so is what was kept as an answer."""
    kept: tuple[Change, ...] = ()
    if context.once:
        keys = KEYS[Store.POSTGRES]
        kept = (Delete(keys, by_key(keys, [(context.once.key.name,)])),)
    return Intent(tuple(redoing.again), (*undoing.back, *kept))


async def _ended(
    context: Context, finishing: Finishing, intent: Intent, ending: AsyncExitStack
) -> None:
    """Ends MongoDB's transaction, once Postgres has committed."""
    if not intent.redo:
        with suppress(StoreError):  # of what was only read, nothing can be lost
            await ending.aclose()
    elif not intent.is_joint:
        await ending.aclose()
    else:
        try:
            await finishing.finished(intent, ending)
            context.pending.extend([] if finishing.waits else [str(intent.id)])
        except Exception:
            if context.once:
                context.once.answer = None  # it was another than is told now
            raise
