"""Places at a store: so many at once, a bounded queue, and who has begun goes first."""

import asyncio

import pytest
from postgres_probes import works

from datasources.errors import StoreBusy
from datasources.places import Places, Queueing
from telemetry import begin

PATIENT = Queueing(seconds=60)
HASTY = Queueing(seconds=0.01)


async def turns() -> None:
    """Until everybody has come as far as can be."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_finds_the_queue_full_is_told_at_once():
    """By a code that says to ask again; who waits is served in turn."""
    begin()
    places = Places("postgres", 1, Queueing(most=2, seconds=60))
    served: list[int] = []

    async def served_as(number: int) -> None:
        await places.take()
        served.append(number)
        places.leave()

    await places.take()
    waiting = [asyncio.create_task(served_as(number)) for number in range(2)]
    await turns()
    with pytest.raises(StoreBusy, match="Too many requests want Postgres") as refused:
        await places.take()
    assert (refused.value.code, refused.value.hint) == ("STORE_BUSY", "Ask again in a moment.")
    places.leave()
    await asyncio.wait(waiting)
    assert (served, places.free) == ([0, 1], 1)


async def test_who_waits_too_long_is_told_and_leaves_the_queue():
    """So that it does not grow by those who have gone."""
    begin()
    places = Places("mongo", 1, HASTY)
    await places.take()
    for _ in range(3):
        with pytest.raises(StoreBusy):
            await places.take()
    assert not places._new
    places.leave()
    assert places.free == 1


async def test_who_has_begun_goes_first_and_is_not_refused_for_the_length_of_the_queue():
    """So that no work is half done in vain."""
    places = Places("postgres", 1, Queueing(most=1, seconds=60))
    served: list[str] = []

    async def served_as(name: str, rows: int) -> None:
        begin().rows = rows
        await places.take()
        served.append(name)
        places.leave()

    await places.take()
    waiting = [asyncio.create_task(served_as("new", 0))]
    await turns()
    waiting += [asyncio.create_task(served_as(name, 1)) for name in ("begun", "as well")]
    await turns()
    places.leave()
    await asyncio.wait(waiting)
    assert served == ["begun", "as well", "new"]


async def test_who_is_cancelled_leaves_no_place_taken():
    """While it waits, or when its place was handed on and it does not know yet."""
    places = Places("postgres", 1, PATIENT)
    await places.take()
    first, second = (asyncio.create_task(places.take()) for _ in range(2))
    await turns()
    first.cancel()
    await turns()
    places.leave()
    second.cancel()
    await asyncio.wait([first, second])
    assert (places.free, len(places._new)) == (1, 0)


async def test_reads_and_transactions_beyond_the_pool_are_told(catalog, opened, url):
    """And those within it come to their end."""
    source = opened(catalog, url, pool_size=2, queueing=HASTY)
    held = [await source._pool.take() for _ in range(2)]
    with pytest.raises(StoreBusy):
        await works(source, catalog)
    for wire in held:
        await source._pool.give_back(wire)
    assert await works(source, catalog)
