"""Operations of PyMongo that are given up while it waits: the others go on, and so does its end."""

from __future__ import annotations

import asyncio
import random
import time

import pymongo.lock
import pytest

from datasources.mongo import client_of
from datasources.mongo.client import settled


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("count", [1, 2, 3])
async def test_who_gives_up_gives_back_no_lock_of_another(count: int, turns: int):
    """When its time is up in the moment in which it is cancelled; and then it is nobody's."""
    lock = pymongo.lock._async_create_lock()
    condition = pymongo.lock._async_create_condition(lock)

    async def waits() -> None:
        async with lock:
            await pymongo.lock._async_cond_wait(condition, 0.002)

    waiting = [asyncio.create_task(waits()) for _ in range(count)]
    await asyncio.sleep(0.001)
    async with lock:
        time.sleep(0.003)  # noqa: ASYNC251 (so that their time is up at once)
        for _ in range(turns + 1):
            await asyncio.sleep(0)
        for each in waiting:
            each.cancel()
        await asyncio.sleep(0)
        assert lock.locked()
    await asyncio.wait(waiting, timeout=30)
    assert all(each.done() for each in waiting)
    await asyncio.wait_for(lock.acquire(), 30)


async def test_a_client_ends_whenever_its_operations_were_given_up():
    """With no server there, after times that end together with the driver's own, or do not."""
    times = random.Random(7)  # noqa: S311 (they are no secrets)

    async def one() -> None:
        client = client_of("mongodb://127.0.0.1:1", "pymongo")

        async def ping() -> None:
            try:
                async with asyncio.timeout(times.choice([0.5, 1.0, times.random()])):
                    await client.get_default_database("x").command("ping")
            except TimeoutError:
                pass

        await asyncio.gather(ping(), ping())
        await asyncio.wait_for(settled(client.close()), 30)

    await asyncio.gather(*(one() for _ in range(60)))
