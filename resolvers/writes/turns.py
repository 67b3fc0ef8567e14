"""In charge of letting others have their turn of the event loop while many rows are looked at."""

from __future__ import annotations

import asyncio
from typing import Final

_ROWS: Final = 50
"""Rows that are looked at in one turn: some milliseconds."""


class Turns:
    """Counts rows, and waits for its next turn after so many."""

    def __init__(self) -> None:
        self._rows = 0

    async def another(self) -> None:
        """One more row."""
        self._rows += 1
        if self._rows % _ROWS == 0:
            await asyncio.sleep(0)
