"""Notes as they are written."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

import strawberry

from models.note import Note
from schema import extends

PAUSE: Final = 1.0
"""Seconds between two looks."""

MOST: Final = 100
"""Notes that are looked at: the newest."""


@extends("Subscription")
class NotesWritten:
    """What is told of notes."""

    @strawberry.subscription(description="Each note about a flight, once it is written.")
    async def note_written(
        self, info: strawberry.Info, flight_id: int
    ) -> AsyncGenerator[Note, None]:
        """Looks into the store, whoever wrote there: one read by an index, once in a while."""
        told: set[str] | None = None
        while True:
            info.context.afresh()
            newest = await info.context.load(
                Note, {"flight_id": flight_id}, order_by=[{"id": "DESC"}], first=MOST
            )
            for note in reversed(newest):
                if told is not None and note.id not in told:
                    yield note
            told = {note.id for note in newest}
            await asyncio.sleep(PAUSE)
