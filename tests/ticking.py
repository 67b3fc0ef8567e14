"""In charge of durations that can be asserted: what a busy machine takes is not counted."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

TICK = 0.01


@asynccontextmanager
async def ticking() -> AsyncGenerator[Callable[[], float]]:
    """Tells the seconds in which the event loop was free for others, and so could have gone on.

    A wait of a second is a second of them. A loop or a process that gets no turn counts none.
    """
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(TICK)
            ticks += 1

    counting = asyncio.create_task(tick())
    try:
        yield lambda: ticks * TICK
    finally:
        counting.cancel()
