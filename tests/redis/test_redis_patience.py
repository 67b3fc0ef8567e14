"""Patience with Redis: as long as was said, and not shorter because we were busy ourselves."""

import asyncio
import time

import pytest

from datasources.redis.patience import patience


async def test_no_answer():
    """It ends, about when it should."""
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with patience(0.1):
            await asyncio.Event().wait()
    assert time.monotonic() - began >= 0.099


async def test_an_answer_while_we_were_busy():
    """It is taken, although by the clock it is late."""
    asyncio.get_running_loop().call_soon(time.sleep, 0.3)
    async with patience(0.1):
        await asyncio.to_thread(time.sleep, 0.05)


async def test_an_answer_after_many_short_whiles():
    """A crowd of requests keeps the loop busy in turns, and nobody's answer is late for that."""

    async def busy() -> None:
        for _ in range(3):
            await asyncio.sleep(0)
            time.sleep(0.003)  # noqa: ASYNC251 - being busy is the point

    crowd = [asyncio.create_task(busy()) for _ in range(50)]
    async with patience(0.1):
        for _ in range(5):
            await asyncio.sleep(0)
    await asyncio.gather(*crowd)


async def test_whoever_goes_away():
    """Is let go, and it is not called a lack of patience."""
    task = asyncio.create_task(_for_ever())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _for_ever() -> None:
    async with patience(60):
        await asyncio.Event().wait()
