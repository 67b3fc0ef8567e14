"""In charge of the end of tasks that ask others: they end, even if a driver has not heard it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_AGAIN: Final = 5.0
"""Seconds until a task is cancelled once more: who has heard it may still give things back."""


async def ended(tasks: Iterable[asyncio.Task[Any]], *, again: float = _AGAIN) -> None:
    """Cancels them, and returns once all have ended; what became of them is nobody's concern.

    Until Python 3.12 `asyncio.wait_for`, on which drivers stand, loses a cancellation that comes
    in the moment in which what it waits for is there. A loop around it would go on for ever.
    """
    every = list(tasks)
    left = {task for task in every if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again)
    await asyncio.gather(*every, return_exceptions=True)
