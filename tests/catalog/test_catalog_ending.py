"""Tasks that are to end do, though `asyncio.wait_for` may lose what they are told."""

from __future__ import annotations

import asyncio

from catalog.ending import ended


async def looping(found: list[asyncio.Future[None]]) -> None:
    """Waits for one thing after another as drivers do, for ever."""
    while True:
        found.append(asyncio.get_running_loop().create_future())
        await asyncio.wait_for(found[-1], 60)


async def test_a_cancellation_that_is_lost_is_said_again():
    """It comes in the very moment in which something is found: until Python 3.12 that is all."""
    found: list[asyncio.Future[None]] = []
    task = asyncio.create_task(looping(found))
    await asyncio.sleep(0)
    found[0].set_result(None)
    await ended([task], again=0.01)
    assert task.cancelled()


async def test_who_has_heard_it_may_give_things_back():
    """He is not cancelled again meanwhile."""
    given = asyncio.Event()

    async def holding() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            given.set()

    task = asyncio.create_task(holding())
    await asyncio.sleep(0)
    await ended([task])
    assert given.is_set()


async def test_who_failed_or_has_ended_is_waited_for_no_longer():
    """And nobody is told how."""

    async def failing() -> None:
        raise RuntimeError

    failed, done = asyncio.create_task(failing()), asyncio.create_task(asyncio.sleep(0, 1))
    await asyncio.wait({failed, done})
    await ended(task for task in (failed, done))
    assert done.result() == 1
