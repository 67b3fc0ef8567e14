"""In charge of changes of both stores once Postgres has its part: MongoDB gets its own, or none.

A row of the outbox is committed with the changes in Postgres. What becomes of it is said by its
marker in MongoDB, which can be there once: who writes it first has decided for all who try.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

from catalog.change import Change, Delete, Insert, Isolation, Set, Transaction, Update
from catalog.change_codec import by_key, decoded_changes, encoded_changes
from catalog.entity import Catalog, Entity, Store
from catalog.query import And, Compare, DataSource, IsNull, Not, Operator, Order, Read, Record
from catalog.sweeping import swept
from datasources.errors import ChangeRefused, StoreError, UniqueViolation, WriteConflict
from datasources.own import MARKER, OUTBOX, OWN
from resolvers.errors import ParkedError
from resolvers.outbox.intents import Intent
from telemetry import logger
from telemetry.counts import count_two_stores

GRACE: Final = datetime.timedelta(seconds=15)
"""How long a row is left to whoever wrote it, or has taken it up."""

KEPT: Final = datetime.timedelta(hours=1)
"""How long a marker outlives its row, for whoever still tries what others have decided."""

_AT_ONCE: Final = 50
_MOST_SWEPT: Final = 1_000
_log = logger("outbox")


class Refusal(NamedTuple):
    """What MongoDB refused, for good; None if another process was told so."""

    change: Change | None
    error: ChangeRefused | None


class Outbox:
    """The rows, and the markers; ``wrote`` is told whose rows were written."""

    def __init__(
        self,
        catalog: Catalog,
        sources: Mapping[Store, DataSource],
        wrote: Callable[[Collection[Entity]], Awaitable[None]],
    ) -> None:
        self._entities = {**catalog, **OWN}
        self._postgres, self._mongo = sources[Store.POSTGRES], sources[Store.MONGO]
        self._wrote = wrote

    async def note(self, intent: Intent, postgres: Transaction, mongo: Transaction) -> None:
        """Makes the row and the marker part of the transactions, which must end thereby.

        Raises ``StoreError``, among them `OwnTablesMissing`.
        """
        now = _now()
        row = {
            "id": intent.id,
            "written_at": now,
            "due": now + GRACE,
            "redo": encoded_changes(intent.redo),
            "undo": encoded_changes(intent.undo),
        }
        await postgres.change(Insert(OUTBOX, (row,)))
        await mongo.change(_marker(intent.id, made=True))

    async def settle(self, intent: Intent) -> Refusal | None:
        """Has MongoDB get its part, or else Postgres take back its own: then because of what.

        Raises ``StoreError`` while that cannot be done, and ``ParkedError`` if it never can.
        """
        refusal = None
        made = await self._verdict(intent.id)
        if made is None:
            refusal = await self._made(intent)
        elif not made:
            refusal = Refusal(None, None)
        if refusal is None:
            await self.remove([intent.id])
        else:
            await self._undo(intent)
        await self._wrote({*intent.entities, *swept(self._entities, intent.entities)})
        count_two_stores("undone" if refusal else "recovered")
        return refusal

    async def remove(self, ids: Collection[uuid.UUID]) -> None:
        """Ends rows of which nothing is left to do. Raises ``StoreError``."""
        async with self._postgres.begin_own() as transaction:
            await transaction.change(Delete(OUTBOX, by_key(OUTBOX, [(id,) for id in ids])))

    async def due(self) -> Sequence[Record]:
        """Rows of which nobody takes care, which are then left to who asks. Raises ``StoreError``.

        Each is given to one only of those who ask at the same time.
        """
        now = _now()
        due = And((Compare(("due",), Operator.LTE, now), IsNull(("parked",))))
        order = (Order(("due",)), Order(("id",)))
        first = Read(OUTBOX, (("id",),), filter=due, order=order, limit=_AT_ONCE)
        async with self._postgres.begin_own(Isolation.READ_COMMITTED) as transaction:
            keys = [(row["id"],) for row in await _rows(transaction, first)]
            if not keys:
                return []
            found = And((by_key(OUTBOX, keys), due))
            taken = await transaction.change(Update(OUTBOX, found, (Set(("due",), now + GRACE),)))
            whole = Read(OUTBOX, OUTBOX.paths, filter=by_key(OUTBOX, taken.keys), order=order)
            return await _rows(transaction, whole)

    async def take_up(self, row: Record) -> Refusal | None:
        """Settles a row. Raises ``StoreError`` if that must wait, and ``ParkedError``."""
        try:
            intent = self.intent_of(row)
        except ValueError as error:
            await self._park(row["id"], ascii(error))
            raise ParkedError from error
        refusal = await self.settle(intent)
        _log.info("outbox_settled", id=str(row["id"]), undone=refusal is not None)
        return refusal

    def intent_of(self, row: Record) -> Intent:
        """What a row is about. Raises ``ValueError`` if other models left it."""
        redo, undo = (decoded_changes(self._entities, row[name]) for name in ("redo", "undo"))
        return Intent(redo, undo, row["id"])

    async def rows(self) -> Sequence[Record]:
        """All that are there, the oldest first. Raises ``StoreError``."""
        read = Read(OUTBOX, OUTBOX.paths, order=(Order(("written_at",)), Order(("id",))))
        async with self._postgres.begin_own() as transaction:
            return await _rows(transaction, read)

    async def claim(self, id: uuid.UUID) -> Record | None:
        """The row, parked or not, which is parked no more and left to who asks; if it is there."""
        edits = (Set(("parked",), None), Set(("due",), _now() + GRACE))
        async with self._postgres.begin_own() as transaction:
            claimed = await transaction.change(Update(OUTBOX, by_key(OUTBOX, [(id,)]), edits))
            read = Read(OUTBOX, OUTBOX.paths, filter=by_key(OUTBOX, claimed.keys))
            return (await _rows(transaction, read))[0] if claimed.keys else None

    async def forget(self, id: uuid.UUID) -> bool:
        """Ends a parked row, of which nothing is done; False if there is none."""
        parked = And((by_key(OUTBOX, [(id,)]), Not(IsNull(("parked",)))))
        async with self._postgres.begin_own() as transaction:
            return bool((await transaction.change(Delete(OUTBOX, parked))).keys)

    async def sweep(self) -> None:
        """Ends markers whose rows are gone for long. Raises ``StoreError``."""
        old = Compare(("at",), Operator.LT, _now() - KEPT)
        order = (Order(("at",)), Order(("id",)))
        read = Read(MARKER, (("id",),), filter=old, order=order, limit=_MOST_SWEPT)
        async with self._mongo.begin_own() as mongo:
            keys = [(row["id"],) for row in await _rows(mongo, read)]
            there = await self._there(keys) if keys else set[tuple[uuid.UUID]]()
            gone = [key for key in keys if key not in there]
            if gone:
                await mongo.change(Delete(MARKER, by_key(MARKER, gone)))

    async def away(self) -> str | None:
        """Which store does not answer, and why, in a few words; None if both do."""
        for source in (self._postgres, self._mongo):
            if reason := await source.ping():
                return f"{source.store.value}: {reason}"
        return None

    async def _verdict(self, id: uuid.UUID) -> bool | None:
        """Whether MongoDB has its part; None if nobody has decided."""
        read = Read(MARKER, (("made",),), filter=by_key(MARKER, [(id,)]))
        async with self._mongo.begin_own() as transaction:
            rows = await _rows(transaction, read)
        return rows[0]["made"] if rows else None

    async def _made(self, intent: Intent) -> Refusal | None:
        """None if MongoDB has made its part; else that it will not is decided."""
        change: Change | None = None
        try:
            async with self._mongo.begin_own() as transaction:
                await _mark(transaction, intent.id, made=True)
                for change in intent.redo:
                    await transaction.change(change)
        except ChangeRefused as error:
            async with self._mongo.begin_own() as transaction:
                await _mark(transaction, intent.id, made=False)
            return Refusal(change, error)
        return None

    async def _undo(self, intent: Intent) -> None:
        """Takes back what Postgres has, unless that was done. Raises ``ParkedError``."""
        row = Delete(OUTBOX, by_key(OUTBOX, [(intent.id,)]))
        try:
            async with self._postgres.begin_own() as transaction:
                if (await transaction.change(row)).keys:
                    for change in intent.undo:
                        await transaction.change(change)
        except StoreError as error:
            if not isinstance(error, ChangeRefused) and type(error) is not StoreError:
                raise
            await self._park(intent.id, f"{error.code}: {error.message}")
            raise ParkedError from error

    async def _park(self, id: uuid.UUID, reason: str) -> None:
        parked = Update(OUTBOX, by_key(OUTBOX, [(id,)]), (Set(("parked",), reason),))
        async with self._postgres.begin_own() as transaction:
            await transaction.change(parked)
        _log.error("outbox_parked", id=str(id), reason=reason)
        count_two_stores("parked")

    async def _there(self, keys: Sequence[tuple[uuid.UUID]]) -> set[tuple[uuid.UUID]]:
        read = Read(OUTBOX, (("id",),), filter=by_key(OUTBOX, keys))
        async with self._postgres.begin_own() as transaction:
            return {(row["id"],) for row in await _rows(transaction, read)}


async def _mark(transaction: Transaction, id: uuid.UUID, *, made: bool) -> None:
    """Decides. Raises ``WriteConflict`` if somebody else has, or does so just now."""
    try:
        await transaction.change(_marker(id, made=made))
    except UniqueViolation as error:
        raise WriteConflict(error.store, "Another process decides just now.") from error


def _marker(id: uuid.UUID, *, made: bool) -> Insert:
    return Insert(MARKER, ({"id": id, "made": made, "at": _now()},))


async def _rows(transaction: Transaction, read: Read) -> Sequence[Record]:
    (answers,) = await transaction.read([read])
    return answers[()].rows


def _now() -> datetime.datetime:
    """To the millisecond, as MongoDB has moments."""
    now = datetime.datetime.now(datetime.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
