"""In charge of whether processes that nobody here is the parent of have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import psutil


def is_there(pid: int) -> bool:
    """Whether it runs; one that has ended stays listed where nobody collects the orphans."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def gone_in_time(pids: Collection[int], seconds: float = 20) -> bool:
    """Whether none of these is there after a while."""
    try:
        async with asyncio.timeout(seconds):
            while any(map(is_there, pids)):  # noqa: ASYNC110 (processes cannot tell)
                await asyncio.sleep(0.1)
    except TimeoutError:
        return False
    return True
