"""In charge of changes by several at once: each is made whole, once, or not at all."""

import asyncio
import contextlib
import itertools
import random
from collections import Counter

import pytest
from agreement_harbours import Harbour

from catalog import Store
from catalog.change import Increment, Insert, Isolation, Set, Transaction, Update
from catalog.query import Compare, Filter, Operator, Order, Read
from datasources.errors import WriteConflict
from datasources.memory import MemorySource

CLIENTS = 8
VOYAGES = 6
BOATS = 3


@pytest.fixture(params=["memory", "postgres", "mongo"])
def any_harbour(request) -> Harbour:
    """Each store, memory among them."""
    if request.param == "memory":
        held = request.getfixturevalue("boats_in_postgres")
        return Harbour(held.catalog, Store.POSTGRES, MemorySource(held.catalog, held.store, {}))
    return request.getfixturevalue(f"boats_in_{request.param}")


@pytest.mark.timeout(300)
async def test_hands_that_change_boats_are_neither_lost_nor_doubled(any_harbour):
    """Eight clients move them between boats, by what they have read, and note each move."""
    await any_harbour.empty()
    boats, skippers = any_harbour.catalog["Boat"], any_harbour.catalog["Skipper"]
    async with any_harbour.source.begin() as transaction:
        rows = tuple({"id": id, "flag": "x", "number": id, "crew": 100} for id in range(BOATS))
        await transaction.change(Insert(boats, rows))
    moves = await asyncio.gather(*(_sailed(any_harbour, client) for client in range(CLIENTS)))
    moved = Counter[int]()
    for leaving, coming in itertools.chain.from_iterable(moves):
        moved.update({leaving: -1, coming: 1})
    crews = await _crews(any_harbour, any_harbour.source)
    assert crews == {id: 100 + moved[id] for id in range(BOATS)}
    (answers,) = await any_harbour.source.read([Read(skippers, (("id",),))])
    assert len(answers[()].rows) == CLIENTS * VOYAGES


async def _sailed(harbour: Harbour, client: int) -> list[tuple[int, int]]:
    """What one client moved; it tries again until it may."""
    chance, moves = random.Random(client), list[tuple[int, int]]()  # noqa: S311 (test data)
    while len(moves) < VOYAGES:
        leaving, coming = chance.sample(range(BOATS), 2)
        try:
            await _move(harbour, leaving, coming, client * VOYAGES + len(moves))
        except WriteConflict:
            await asyncio.sleep(chance.random() / 20)
        else:
            moves.append((leaving, coming))
    return moves


async def _move(harbour: Harbour, leaving: int, coming: int, number: int) -> None:
    boats, skippers = harbour.catalog["Boat"], harbour.catalog["Skipper"]
    async with harbour.source.begin(Isolation.REPEATABLE_READ) as transaction:
        crew = (await _crews(harbour, transaction))[leaving]
        await asyncio.sleep(0)
        await transaction.change(Update(boats, _is(leaving), (Set(("crew",), crew - 1),)))
        await transaction.change(Update(boats, _is(coming), (Increment(("crew",), 1),)))
        await transaction.change(Insert(skippers, ({"id": number},)))


@pytest.mark.timeout(300)
async def test_who_goes_away_at_any_moment_makes_all_or_nothing(any_harbour):
    """Also in the commit; whoever comes next finds nothing in the way."""
    await any_harbour.empty()
    boats, skippers = any_harbour.catalog["Boat"], any_harbour.catalog["Skipper"]

    async def go(number: int) -> None:
        with contextlib.suppress(TimeoutError, WriteConflict):
            async with (
                asyncio.timeout(number * 7 % 41 / 1000),
                any_harbour.source.begin() as transaction,
            ):
                boat = {"id": number, "flag": "x", "number": number}
                await transaction.change(Insert(boats, (boat,)))
                await transaction.change(Insert(skippers, ({"id": number},)))

    for begin in range(0, 120, 4):
        await asyncio.gather(*map(go, range(begin, begin + 4)))
    await any_harbour.source.read([Read(boats, ())])
    async with any_harbour.source.begin() as transaction:
        await transaction.change(Insert(boats, ({"id": 1000, "flag": "y", "number": 1},)))
        await transaction.change(Insert(skippers, ({"id": 1000},)))
    reads = [Read(entity, (("id",),), order=(Order(("id",)),)) for entity in (boats, skippers)]
    (of_boats,), (of_skippers,) = (
        answers.values() for answers in await any_harbour.source.read(reads)
    )
    assert of_boats == of_skippers
    assert {"id": 1000} in of_boats.rows


def _is(id: int) -> Filter:
    return Compare(("id",), Operator.EQ, id)


async def _crews(harbour: Harbour, readable: Transaction | MemorySource) -> dict[int, int]:
    read = Read(harbour.catalog["Boat"], (("id",), ("crew",)))
    (answers,) = await readable.read([read])
    return {row["id"]: row["crew"] for row in answers[()].rows}
