"""In charge of the outbox at the terminal: what is in it, and what an operator has decided."""

from __future__ import annotations

import datetime
import sys
import uuid
from typing import Final

from catalog.query import Record
from console import say
from resolvers.errors import ParkedError
from resolvers.outbox.changes import Outbox

_SPANS: Final = (("d", 86_400), ("h", 3_600), ("min", 60))


async def print_rows(outbox: Outbox) -> int:
    """Prints the rows, the oldest first. Raises ``StoreError``, as all of these do."""
    rows = await outbox.rows()
    now = datetime.datetime.now(datetime.UTC)
    sys.stdout.writelines(_row_text(outbox, row, now) for row in rows)
    parked = sum(row["parked"] is not None for row in rows)
    say(f"{len(rows)} in the outbox, {parked} of them parked." if rows else "The outbox is empty.")
    return 0


async def retry(outbox: Outbox, id: uuid.UUID) -> int:
    """Has a row made, or undone, at once, be it parked or not; 1 if it is neither."""
    row = await outbox.claim(id)
    if row is None:
        say(f"There is no row {id} in the outbox.")
        return 1
    try:
        refusal = await outbox.take_up(row)
    except ParkedError:
        why = next((each["parked"] for each in await outbox.rows() if each["id"] == id), None)
        say(f"It can still be neither made nor undone. {why or ''}".rstrip())
        return 1
    say("Undone: PostgreSQL took its part back." if refusal else "Made: MongoDB has its part.")
    return 0


async def forget(outbox: Outbox, id: uuid.UUID) -> int:
    """Removes a parked row, for whoever has put things right; 1 if there is none."""
    forgotten = await outbox.forget(id)
    say(f"{id} is forgotten." if forgotten else f"There is no parked row {id} in the outbox.")
    return 0 if forgotten else 1


def _row_text(outbox: Outbox, row: Record, now: datetime.datetime) -> str:
    lines = [f"{row['id']}  {_state(row, now)}, {_age(now - row['written_at'])} old"]
    try:
        intent = outbox.intent_of(row)
    except ValueError:
        lines.append("It was left by other models.")
    else:
        lines.append(f"MongoDB is to get: {intent.doing}")
        lines.append(f"PostgreSQL has: {intent.undoing}")
    lines += [row["parked"]] if row["parked"] else []
    return "\n    ".join(lines) + "\n"


def _state(row: Record, now: datetime.datetime) -> str:
    if row["parked"] is not None:
        return "parked"
    return "due" if row["due"] <= now else "under way"


def _age(span: datetime.timedelta) -> str:
    seconds = int(span.total_seconds())
    unit, size = next(((u, s) for u, s in _SPANS if seconds >= s), ("s", 1))
    return f"{seconds // size} {unit}"
