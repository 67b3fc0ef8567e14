"""In charge of waiting for Redis no longer than is right, also while the event loop is busy."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

DRIVER_SECONDS: Final = 10.0
"""What the driver's own steps may take for those who wait here: it counts as a clock does."""

_LOOKS: Final = 10


@asynccontextmanager
async def patience(seconds: float) -> AsyncGenerator[None]:
    """TimeoutError after so many seconds in which the event loop could look for the answer.

    They are spent in several looks: a loop that was busy for longer finds its one timer due
    although the answer lies waiting in the socket, and would blame Redis.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:

        def look(left: int) -> None:
            nonlocal timer
            if left:
                timer = loop.call_later(seconds / _LOOKS, look, left - 1)
            else:
                limit.reschedule(loop.time())

        timer = loop.call_later(seconds / _LOOKS, look, _LOOKS - 1)
        try:
            yield
        finally:
            timer.cancel()
