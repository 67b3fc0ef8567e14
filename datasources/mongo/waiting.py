"""In charge of how PyMongo waits for a server: that who gives up leaves the driver's lock as it is.

Before Python 3.12 `asyncio.wait_for` waits by a task of its own. Who is cancelled while that one is
on its way back goes without it, and gives back a lock that it takes only then, or that another has.
From there on nobody gets the lock: each operation of the client waits for ever, as does its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def within(waited: Awaitable[T], seconds: float | None) -> T:
    """As Python's own from 3.12 on: whoever asks waits. Raises TimeoutError when the time is up."""
    async with asyncio.timeout(seconds):
        return await waited
