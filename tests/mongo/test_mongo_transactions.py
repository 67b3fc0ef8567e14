"""In charge of transactions in MongoDB: all or nothing, whatever happens in between."""

import asyncio
import signal

import pytest
from mongo_dock import CATALOG, DOCK, DOCUMENTS, SHIP, rows_of
from mongo_server import Secantus, free_port
from pymongo import MongoClient

from catalog.change import Delete, Increment, Insert, Isolation, Update
from catalog.query import ALWAYS, Compare, Operator
from datasources.errors import (
    CommitUnknown,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
    UniqueViolation,
    WriteConflict,
)
from datasources.mongo import MongoSource, client_of, database_of

EVE = Insert(SHIP, ({"id": 3, "name": "Eve", "number": 3},))


def number(key, by=10):
    """A higher number for a ship."""
    return Update(SHIP, Compare(("id",), Operator.EQ, key), (Increment(("number",), by),))


@pytest.fixture
def mortal(tmp_path):
    """A server of its own, for one test to kill; it holds the ships and docks."""
    server = Secantus(tmp_path)
    try:
        server.start("--sync-on-commit")
        with MongoClient(server.url()) as client:
            for collection, documents in DOCUMENTS.items():
                client.test[collection].insert_many(documents)
        yield server
    finally:
        server.stop()


@pytest.fixture
async def docks_at(driver):
    """Makes a source over ships and docks elsewhere."""
    sources = list[MongoSource]()

    def source_at(url, **options):
        client = client_of(url, driver)
        sources.append(MongoSource(database_of(client), CATALOG, **options))
        return sources[-1]

    yield source_at
    for source in sources:
        await source.close()


async def count(source):
    """How many ships there are."""
    return len(await rows_of(source, SHIP))


async def test_a_transaction_sees_its_own_changes_and_nobody_else_does(docks):
    """Until it has ended."""
    async with docks.begin() as transaction:
        await transaction.change(EVE)
        assert (await rows_of(transaction, SHIP, "name"))[3] == ("Eve",)
        assert await count(docks) == 2
    assert await count(docks) == 3


async def test_what_raises_undoes_all(docks):
    """An error of one's own, or one of the store's that somebody swallowed."""

    async def fails():
        async with docks.begin() as transaction:
            await transaction.change(EVE)
            raise ValueError

    async def swallows():
        async with docks.begin() as transaction:
            await transaction.change(EVE)
            for _ in range(2):  # the second because of the first
                with pytest.raises(UniqueViolation):
                    await transaction.change(EVE)

    with pytest.raises(ValueError, match=r"^$"):
        await fails()
    with pytest.raises(UniqueViolation):
        await swallows()
    assert await count(docks) == 2


async def test_a_transaction_that_asks_nothing_needs_no_store(docks_at):
    """Nobody is asked, so nobody can fail."""
    async with docks_at(f"mongodb://127.0.0.1:{free_port()}/test").begin() as transaction:
        assert await transaction.run([]) == []


async def test_a_store_that_is_away_is_told(docks_at):
    """As of reads."""
    source = docks_at(f"mongodb://127.0.0.1:{free_port()}/test")

    async def fails():
        async with source.begin() as transaction:
            await transaction.change(EVE)

    with pytest.raises(StoreUnavailable):
        await fails()


@pytest.fixture
def losing(raw):
    """Makes the server end the connection of the next such command, instead of an answer."""
    point = {"configureFailPoint": "failCommand"}

    def set_up(*commands, times=1):
        data = {"failCommands": commands, "closeConnection": True}
        raw.admin.command({**point, "mode": {"times": times}, "data": data})

    yield set_up
    raw.admin.command({**point, "mode": "off"})


async def test_a_connection_that_died_since_its_last_use_is_not_noticed(docks, losing):
    """Servers and balancers end idle ones: by the first command one knows, and nothing was done."""
    losing("insert")
    async with docks.begin() as transaction:
        await transaction.change(EVE)
        await transaction.change(number(3))
    losing("aggregate")
    async with docks.begin() as transaction:
        assert (await rows_of(transaction, SHIP, "number"))[3] == (13,)


@pytest.mark.parametrize("lost", [{"times": 2}, {"after": True}], ids=["twice", "later"])
async def test_one_that_dies_later_is(docks, losing, lost):
    """What was done in the transaction is gone with it."""

    async def fails():
        async with docks.begin() as transaction:
            if "after" in lost:
                await transaction.change(number(2))
            losing("insert", times=lost.get("times", 1))
            await transaction.change(EVE)

    with pytest.raises(StoreUnavailable):
        await fails()
    assert await count(docks) == 2


async def test_what_is_asked_at_once_is_done_one_after_the_other(docks):
    """In the one session that a transaction has."""
    async with docks.begin() as transaction:
        await asyncio.gather(*(transaction.change(number(1)) for _ in range(10)))
    assert (await rows_of(docks, SHIP, "number"))[1] == (107,)


async def test_who_goes_away_leaves_nothing(docks):
    """Cancelled at any moment, nothing is written, and others need not wait."""

    async def going(place):
        async with asyncio.timeout(place * 7 % 41 / 1000), docks.begin() as transaction:
            for key in range(5):
                await transaction.change(Insert(DOCK, ({"code": f"{place}-{key}", "depth": 1},)))
                await rows_of(transaction, DOCK)
            await asyncio.sleep(60)

    async def gone(place):
        with pytest.raises(TimeoutError):
            await going(place)

    for begin in range(0, 20, 4):
        await asyncio.gather(*map(gone, range(begin, begin + 4)))
    assert len(await rows_of(docks, DOCK)) == 2
    async with docks.begin() as transaction:
        await transaction.change(Delete(DOCK, ALWAYS))
    assert not await rows_of(docks, DOCK)


@pytest.mark.parametrize("level", [None, Isolation.SERIALIZABLE])
async def test_two_that_write_the_same_are_in_conflict(docks, level):
    """The one that comes later may try again, with all of it."""

    async def behind():
        async with docks.begin(level) as transaction:
            before = await count(transaction)
            async with docks.begin() as other:
                await other.change(EVE)
                await other.change(number(1))
            assert await count(transaction) == before
            await transaction.change(number(1))

    with pytest.raises(WriteConflict):
        await behind()
    assert (await rows_of(docks, SHIP, "number"))[1] == (17,)


async def test_two_that_make_the_same_are_in_conflict(docks):
    """One of them is made; the other is told why not, or may try again."""
    both = asyncio.Barrier(2)

    async def make():
        async with docks.begin() as transaction:
            assert await count(transaction) == 2
            await both.wait()
            await transaction.change(EVE)

    ended = await asyncio.gather(make(), make(), return_exceptions=True)
    failed = [error for error in ended if error]
    assert len(failed) == 1
    assert isinstance(failed[0], WriteConflict | UniqueViolation)
    assert await count(docks) == 3


@pytest.mark.slow
async def test_a_server_that_dies_before_the_commit_undoes_all(mortal, docks_at):
    """And says so; after its restart all goes on."""
    source = docks_at(mortal.url())

    async def dies(end):
        async with source.begin() as transaction:
            await transaction.change(EVE)
            mortal.send(signal.SIGKILL)
            await end(transaction)

    async def more(transaction):
        await transaction.change(number(1))

    async def nothing(_):
        pass

    for end in (more, nothing):
        with pytest.raises(StoreUnavailable if end is more else CommitUnknown):
            await dies(end)
        mortal.start("--sync-on-commit")
        assert await source.ping() is None
        assert await count(source) == 2


async def test_a_change_that_takes_too_long_is_given_up(docks_at, server, docks_database, docks):
    """And undone."""
    source = docks_at(server.url(docks_database.name), max_seconds=0.02)
    rows = tuple({"id": key, "name": "x" * 1000, "number": key} for key in range(10, 20_000))

    async def slow():
        async with asyncio.timeout(50), source.begin() as transaction:
            transaction._seconds = 0.05
            await transaction.change(Insert(SHIP, rows))

    with pytest.raises(StoreTimeout):
        await slow()
    assert await count(docks) == 2


async def test_a_read_in_a_transaction_fails_as_any(docks):
    """With its code; the transaction is over."""

    async def fails():
        async with docks.begin() as transaction:
            await transaction.change(EVE)
            with pytest.raises(StoreError):
                await rows_of(transaction, SHIP, "missing")

    with pytest.raises(KeyError):
        await fails()
    assert await count(docks) == 2
