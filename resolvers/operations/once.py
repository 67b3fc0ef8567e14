"""In charge of a request that is written once: whoever asks again by the same key is told the same.

Its fields are completed in the transaction, before it is committed, so that the answer is kept by
what writes.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from graphql import DocumentNode, GraphQLError
from strawberry import Schema

from catalog.change import Transaction
from catalog.entity import Store
from catalog.errors import BigraphError
from datasources.errors import KeyInUse, StoreError
from resolvers.context import Begins, Context
from resolvers.documents.info import RawInfo
from resolvers.errors import KeyReusedError
from resolvers.operations.answering import as_json, executed
from resolvers.operations.idempotency import IdempotencyKey, Kept, keep, known_answer, sweep

Told: TypeAlias = Callable[[GraphQLError], Mapping[str, Any]]
"""What clients are told of an error."""

_SWEEPS: Final = 25
"""Of so many requests one deletes what is over: four times as much as may have come."""


class AnsweredError(BigraphError):
    """There is an answer: it is kept, and is not to be made again. No client is told of it."""


@dataclass
class Once:
    """One such request; ``begins`` begins its transactions."""

    key: IdempotencyKey
    schema: Schema
    variables: Mapping[str, Any]
    told: Told
    begins: Begins
    asked: RawInfo | None = None
    """The operation, once it is read."""
    answer: Kept | None = None
    """What is committed; none if nothing was written."""
    is_repeated: bool = False
    """Whether it is the answer to an earlier request."""
    refusal: KeyInUse | KeyReusedError | None = None
    """Why nothing was done for this key."""

    @asynccontextmanager
    async def beginning(
        self, context: Context, store: Store
    ) -> AsyncGenerator[tuple[Transaction, Context]]:
        """A transaction, and the context that reads by it, whose outcomes the fields are to tell.

        Ends in ``AnsweredError`` once there is an answer, be it an earlier one.
        """
        self.refusal = None
        async with self.begins(context, store) as (transaction, within):
            answer = await self._known(transaction)
            self.is_repeated = answer is not None
            if answer is None:
                yield transaction, within
                answer = await self._completed(within)
                await keep(transaction, self.key, answer)
        self.answer = answer
        if store is Store.POSTGRES and not secrets.randbelow(_SWEEPS):
            await self._sweep(context, store)
        raise AnsweredError("The answer is kept.")

    async def _known(self, transaction: Transaction) -> Kept | None:
        try:
            return await known_answer(transaction, self.key)
        except (KeyInUse, KeyReusedError) as error:
            self.refusal = error
            raise

    async def _completed(self, within: Context) -> Kept:
        """The answer, by graphql-core, to whom each outcome is known."""
        assert self.asked is not None  # noqa: S101 (or nobody would have begun)
        inner = replace(within, once=None)
        inner.outcomes.update(within.outcomes)
        parts = (self.asked.operation, *self.asked.fragments.values())
        document = DocumentNode(definitions=parts)
        result = await executed(self.schema, document, inner, self.variables)
        errors = [self.told(error) for error in result.errors or ()]
        return Kept(as_json(result.data).decode(), as_json(errors).decode())

    async def _sweep(self, context: Context, store: Store) -> None:
        """What fails here is done by another."""
        with suppress(StoreError):
            async with self.begins(context, store) as (transaction, _):
                await sweep(transaction)
