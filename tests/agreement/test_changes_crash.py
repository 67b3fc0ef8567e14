"""In charge of what is left when a store is killed among changes: all of each, or nothing."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncGenerator

import pytest
from agreement_harbours import Harbour, harbour_in_mongo, harbour_in_postgres

from catalog.change import Insert
from catalog.query import Read
from datasources.embedded import Supervisor
from datasources.errors import CommitUnknown, StoreError

KILLS = 4
_MAKERS = {"postgres": harbour_in_postgres, "mongo": harbour_in_mongo}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(params=["postgres", "mongo"])
async def mortal(request, tmp_path) -> AsyncGenerator[tuple[Harbour, Supervisor, str]]:
    """A store of its own, which comes back when it is killed."""
    async with (
        Supervisor(tmp_path, [request.param], say=print) as supervisor,
        _MAKERS[request.param](supervisor.urls) as harbour,
    ):
        yield harbour, supervisor, request.param


async def test_what_was_acknowledged_is_there_and_what_failed_is_not(mortal):
    """Two rows go in together, again and again; who was told that it is unknown finds either."""
    harbour, supervisor, name = mortal
    told: dict[int, str] = {}
    ending = asyncio.Event()

    async def sail(client: int) -> None:
        for voyage in range(10_000):
            if ending.is_set():
                return
            number = client * 10_000 + voyage
            try:
                await _pair(harbour, number)
                told[number] = "made"
            except CommitUnknown:
                told[number] = "unknown"
            except StoreError:
                told[number] = "failed"
                await asyncio.sleep(0.02)

    sailing = [asyncio.create_task(sail(client)) for client in range(4)]
    chance = random.Random(1)  # noqa: S311 (test data)
    for _ in range(KILLS):
        made = sum(each == "made" for each in told.values())
        while sum(each == "made" for each in told.values()) < made + 20:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(chance.random() / 10)
        os.kill(supervisor.pids()[name], signal.SIGKILL)
    ending.set()
    await asyncio.gather(*sailing)
    boats, skippers = await _numbers(harbour, "Boat"), await _numbers(harbour, "Skipper")
    assert boats == skippers
    assert {number for number, each in told.items() if each == "made"} <= boats
    assert not {number for number, each in told.items() if each == "failed"} & boats
    assert boats <= told.keys()


async def _pair(harbour: Harbour, number: int) -> None:
    async with harbour.source.begin() as transaction:
        boat = {"id": number, "flag": "x", "number": number}
        await transaction.change(Insert(harbour.catalog["Boat"], (boat,)))
        await transaction.change(Insert(harbour.catalog["Skipper"], ({"id": number},)))


async def _numbers(harbour: Harbour, name: str) -> set[int]:
    """The ids of all rows, once the store has come back."""
    for _ in range(600):
        try:
            (answers,) = await harbour.source.read([Read(harbour.catalog[name], (("id",),))])
            return {row["id"] for row in answers[()].rows}
        except StoreError:
            await asyncio.sleep(0.1)
    raise AssertionError("it did not come back")
