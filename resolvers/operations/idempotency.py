"""In charge of what is kept of requests with an idempotency key, in the store that they write to.

It is kept by the very transaction that writes. So either both are there, or neither is, wherever a
process may die.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Final, NamedTuple

from catalog.change import Delete, Insert, Set, Transaction, Update
from catalog.entity import Entity
from catalog.query import And, Compare, Filter, Operator, Order, Read, Record
from datasources.errors import KeyInUse, UniqueViolation, WriteConflict
from datasources.own import KEYS
from resolvers.across.keys import among
from resolvers.errors import AnswerTooLargeError, KeyReusedError

LARGEST: Final = 15_000_000
"""Bytes of an answer that is kept; a document of MongoDB holds little more."""

SWEPT: Final = 100
"""Rows that count no more and are deleted at a time."""


class IdempotencyKey(NamedTuple):
    """A key of somebody's; ``name`` and ``request`` are digests.

    ``name`` stands for who asks and for the key, ``request`` for what is asked.
    """

    name: str
    request: str
    seconds: float
    """For how long the answer is kept."""


class Kept(NamedTuple):
    """An answer in JSON: its data, and its errors."""

    data: str
    errors: str


async def known_answer(transaction: Transaction, key: IdempotencyKey) -> Kept | None:
    """What was answered before; None for a new key, which is taken until the transaction ends.

    Raises ``KeyReusedError`` if something else was asked, and ``KeyInUse`` if it is being answered:
    it may be over in another transaction. Raises ``StoreError``.
    """
    table = KEYS[transaction.store]
    now = _now()
    found = await _found(transaction, table, key)
    if found is None or found["until"] <= now:
        await _take(transaction, table, key, now, found)
        return None
    if found["request"] != key.request:
        raise KeyReusedError(
            "This idempotency key was given with another request.",
            hint="A new request needs a new key; so does one with other rights.",
        )
    return Kept(found["data"], found["errors"])


async def keep(transaction: Transaction, key: IdempotencyKey, answer: Kept) -> None:
    """Keeps the answer to whoever has taken the key.

    Raises ``AnswerTooLargeError``, and ``StoreError``.
    """
    table = KEYS[transaction.store]
    if sum(len(text.encode()) for text in answer) > LARGEST:
        raise AnswerTooLargeError(
            f"The answer is larger than the {LARGEST} bytes that are kept for an idempotency key.",
            hint="Ask for less of what is written. Nothing was written.",
        )
    edits = (Set(("data",), answer.data), Set(("errors",), answer.errors))
    await transaction.change(Update(table, _named(key), edits))


async def sweep(transaction: Transaction) -> None:
    """Deletes some of what counts no more. Raises ``StoreError``."""
    table = KEYS[transaction.store]
    over = Read(table, (("id",),), filter=_over(_now()), order=(Order(("until",)),), limit=SWEPT)
    if rows := await _rows(transaction, over):
        await transaction.change(Delete(table, among(("id",), [(row["id"],) for row in rows])))


async def _take(
    transaction: Transaction,
    table: Entity,
    key: IdempotencyKey,
    now: datetime.datetime,
    found: Record | None,
) -> None:
    until = now + datetime.timedelta(seconds=key.seconds)
    row = {"id": key.name, "request": key.request, "until": until}
    try:
        if found is None:
            await transaction.change(Insert(table, (row,)))
            return
        edits = tuple(Set((name,), row[name]) for name in ("request", "until"))
        was = And((_named(key), _over(now)))
        if (await transaction.change(Update(table, was, edits))).keys:
            return
    except (UniqueViolation, WriteConflict) as error:
        raise _in_use(transaction) from error
    raise _in_use(transaction)


def _in_use(transaction: Transaction) -> KeyInUse:
    message = "The first request with this idempotency key is still being answered."
    return KeyInUse(transaction.store.value, message, hint="Ask again in a moment.")


async def _found(transaction: Transaction, table: Entity, key: IdempotencyKey) -> Record | None:
    fields = tuple((name,) for name in ("request", "until", "data", "errors"))
    return next(iter(await _rows(transaction, Read(table, fields, filter=_named(key)))), None)


async def _rows(transaction: Transaction, read: Read) -> Sequence[Record]:
    (answers,) = await transaction.read([read])
    return answers[()].rows


def _named(key: IdempotencyKey) -> Filter:
    return Compare(("id",), Operator.EQ, key.name)


def _over(now: datetime.datetime) -> Filter:
    return Compare(("until",), Operator.LTE, now)


def _now() -> datetime.datetime:
    """In whole seconds, which every store can hold."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)
