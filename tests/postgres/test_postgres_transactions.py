"""In charge of transactions in Postgres: all or nothing, whatever happens in between."""

import asyncio
import contextlib

import pytest
from postgres_dock import CATALOG, DOCK, SHIP, rows_of
from postgres_probes import eventually, sessions

from catalog.change import Delete, Increment, Insert, Isolation, Set, Update
from catalog.query import ALWAYS, Compare, Operator, Read
from datasources.errors import (
    ChangeRefused,
    CommitUnknown,
    StoreBusy,
    StoreTimeout,
    StoreUnavailable,
    UniqueViolation,
    WriteConflict,
)
from datasources.places import Queueing
from datasources.postgres import session

EVE = Insert(SHIP, ({"name": "Eve", "flag": "NL"},))
STATES = "select state from pg_stat_activity where application_name = %s"
SLOW_COMMIT = """
create function dock.nap() returns trigger language plpgsql
as 'begin perform pg_sleep(60); return null; end';
create constraint trigger nap after insert on dock.ship deferrable initially deferred
for each row execute function dock.nap();
"""

LATE_REFUSAL = """
create function dock.refuse() returns trigger language plpgsql
as $$ begin raise check_violation; end $$;
create constraint trigger refuse after insert on dock.ship deferrable initially deferred
for each row execute function dock.refuse();
"""


def ship(key):
    """The ship with this key."""
    return Compare(("id",), Operator.EQ, key)


def tons(key, by=1):
    """One ton more for a ship."""
    return Update(SHIP, ship(key), (Increment(("tons",), by),))


@pytest.fixture
def named(docks_url, admin_of_docks, opened):
    """Makes sources over the docks whose sessions have a name of their own."""

    def source_named(name, **options):
        return opened(CATALOG, f"{docks_url}&application_name={name}", **options)

    return source_named


@pytest.fixture
def slow_commit(admin_of_docks):
    """Ships that are new take a minute to be committed."""
    admin_of_docks.execute(SLOW_COMMIT)
    yield
    admin_of_docks.execute("drop function dock.nap cascade")


async def count(source):
    """How many ships there are."""
    return len(await rows_of(source, SHIP))


async def test_a_transaction_sees_its_own_changes_and_nobody_else_does(docks):
    """Until it has ended."""
    async with docks.begin() as transaction:
        (key,) = (await transaction.change(EVE)).keys
        assert (await rows_of(transaction, SHIP, "name"))[key[0]] == ("Eve",)
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


async def test_a_transaction_that_asks_nothing_needs_no_store(opened):
    """No connection is made, so none can fail."""
    source = opened(CATALOG, "postgresql://me@127.0.0.1:1/app")
    async with source.begin() as transaction:
        assert await transaction.run([]) == []
        assert await transaction.change(Insert(SHIP, ())) == ((), frozenset())


async def test_what_is_asked_at_once_is_done_one_after_the_other(docks):
    """On the one session that a transaction has."""
    async with docks.begin() as transaction:
        await asyncio.gather(*(transaction.change(tons(1)) for _ in range(10)))
    assert (await rows_of(docks, SHIP, "tons"))[1] == (15,)


@pytest.mark.parametrize("read", [False, True])
async def test_who_goes_away_leaves_nothing(named, admin_of_docks, read):
    """Cancelled at any moment, nothing is written, and no connection is left dirty."""
    source = named("gone", pool_size=2)

    async def going(number):
        async with asyncio.timeout(number * 7 % 41 / 1000), source.begin() as transaction:
            for _ in range(5):
                await transaction.change(tons(1))
                if read:
                    await rows_of(transaction, SHIP)
            await asyncio.sleep(60)

    async def gone(number):
        with pytest.raises(TimeoutError):
            await going(number)

    for begin in range(0, 40, 4):
        await asyncio.gather(*map(gone, range(begin, begin + 4)))
    assert (await rows_of(source, SHIP, "tons"))[1] == (5,)
    assert len(sessions(admin_of_docks, "gone")) <= 2
    await eventually(lambda: {s for (s,) in admin_of_docks.execute(STATES, ["gone"])} == {"idle"})


async def test_a_session_that_died_while_idle_costs_no_error(named, admin_of_docks):
    """What was asked first was not done, so it is asked again."""
    source = named("idle", pool_size=1)
    assert await count(source) == 2
    (pid,) = sessions(admin_of_docks, "idle")
    admin_of_docks.execute("select pg_terminate_backend(%s, 5000)", [pid])
    async with source.begin() as transaction:
        await transaction.change(EVE)
    assert await count(source) == 3


async def test_a_session_that_dies_before_the_commit_undoes_all(named, admin_of_docks):
    """It is not asked again, since what went before is lost; the source goes on."""
    source = named("dying", pool_size=1)

    async def dies(after):
        async with source.begin() as transaction:
            await transaction.change(EVE)
            (pid,) = sessions(admin_of_docks, "dying")
            admin_of_docks.execute("select pg_terminate_backend(%s, 5000)", [pid])
            await after(transaction)

    async def more(transaction):
        await transaction.change(tons(1))

    async def nothing(_):
        pass

    with pytest.raises(StoreUnavailable):
        await dies(more)
    with pytest.raises(CommitUnknown):  # for it was sent, and nobody said what became of it
        await dies(nothing)
    assert await count(source) == 2


async def test_a_session_that_dies_in_the_commit_is_told_as_unknown(
    named, admin_of_docks, slow_commit
):
    """It may or may not have been made."""
    source = named("last", pool_size=1)

    async def dies():
        async with source.begin() as transaction:
            await transaction.change(EVE)

    dying = asyncio.create_task(dies())
    committing = "select pid from pg_stat_activity where query = 'COMMIT' and state = 'active'"
    ((pid,),) = await eventually(lambda: admin_of_docks.execute(committing).fetchall())
    admin_of_docks.execute("select pg_terminate_backend(%s, 5000)", [pid])
    with pytest.raises(CommitUnknown) as caught:
        await dying
    assert caught.value.code == "COMMIT_UNKNOWN"
    assert await count(source) == 2


async def test_a_commit_that_takes_too_long_is_told_as_unknown(named, slow_commit):
    """Postgres bounds no commit, so it is we who give up, and end the session."""
    source = named("slow", statement_timeout=0.3)

    async def slow():
        async with source.begin() as transaction:
            await transaction.change(EVE)

    with pytest.raises(CommitUnknown):
        await slow()
    assert await count(source) == 2


async def test_who_waits_too_long_for_another_is_told(named):
    """By the bound of a statement."""
    source = named("waiting", statement_timeout=0.3)

    async def waits():
        async with source.begin() as second:
            await second.change(tons(1))

    async with source.begin() as first:
        await first.change(tons(1))
        with pytest.raises(StoreTimeout):
            await waits()
    assert (await rows_of(source, SHIP, "tons"))[1] == (6,)


async def test_one_of_two_in_a_deadlock_may_try_again(docks):
    """The other is done."""
    both = asyncio.Barrier(2)

    async def crossing(first, second):
        async with docks.begin() as transaction:
            await transaction.change(tons(first))
            await both.wait()
            await transaction.change(tons(second))

    ended = await asyncio.gather(crossing(1, 2), crossing(2, 1), return_exceptions=True)
    assert sorted(map(type, ended), key=str) == sorted([type(None), WriteConflict], key=str)
    assert await rows_of(docks, SHIP, "tons") == {1: (6,), 2: (8,)}


async def test_serializable_transactions_do_not_skew(docks):
    """Each reads what the other writes: one of them may try again."""
    both = asyncio.Barrier(2)

    async def watching(key):
        async with docks.begin(Isolation.SERIALIZABLE) as transaction:
            await rows_of(transaction, SHIP, "tons")
            await both.wait()
            await transaction.change(Update(SHIP, ship(key), (Set(("tons",), 1),)))

    ended = await asyncio.gather(watching(1), watching(2), return_exceptions=True)
    assert sorted(map(type, ended), key=str) == sorted([type(None), WriteConflict], key=str)


async def test_what_fails_in_a_full_session_is_not_its_end(docks, admin_of_docks, monkeypatch):
    """A session that is due to be replaced tells errors as any does, of changes and of commits."""
    monkeypatch.setattr(session, "_PREPARED", 0)
    ends = asyncio.Barrier(2)

    async def twice(source):
        async with source.begin(Isolation.REPEATABLE_READ) as transaction:
            await rows_of(transaction, SHIP)
            await ends.wait()
            await transaction.change(tons(1))

    ended = await asyncio.gather(twice(docks), twice(docks), return_exceptions=True)
    assert sorted(map(type, ended), key=str) == sorted([type(None), WriteConflict], key=str)
    with pytest.raises(UniqueViolation):
        async with docks.begin() as transaction:
            await transaction.change(Insert(SHIP, ({"id": 1, "name": "Eve", "flag": "NL"},)))
    admin_of_docks.execute(LATE_REFUSAL)
    try:
        with pytest.raises(ChangeRefused):
            async with docks.begin() as transaction:
                await transaction.change(EVE)
    finally:
        admin_of_docks.execute("drop function dock.refuse cascade")


@pytest.mark.parametrize("level", [None, *Isolation])
async def test_a_level_says_what_is_seen_of_others(docks, level):
    """Postgres's own is READ COMMITTED; above it, two writes of one row are in conflict."""

    async def behind():
        async with docks.begin(level) as transaction:
            before = await count(transaction)
            async with docks.begin() as other:
                await other.change(EVE)
                await other.change(tons(1))
            seen.append(await count(transaction) - before)
            await transaction.change(tons(1))

    seen = list[int]()
    if level in (None, Isolation.READ_COMMITTED):
        await behind()
        assert (await rows_of(docks, SHIP, "tons"))[1] == (7,)
        assert seen == [1]
    else:
        with pytest.raises(WriteConflict):
            await behind()
        assert (await rows_of(docks, SHIP, "tons"))[1] == (6,)
        assert seen == [0]


async def test_a_table_that_changes_under_a_session_may_be_tried_again(named, admin_of_docks):
    """What was prepared for it is not its any more."""
    source = named("ddl", pool_size=1)

    async def counted():
        async with source.begin() as transaction:
            await transaction.change(Delete(DOCK, Compare(("depth",), Operator.EQ, 99)))
            (answers,) = await transaction.read([Read(DOCK, (("depth",),))])
            return len(answers[()].rows)

    assert [await counted() for _ in range(3)] == [2, 2, 2]
    admin_of_docks.execute("alter table dock.dock alter depth type bigint")
    try:
        with contextlib.suppress(WriteConflict):
            await counted()
        assert await counted() == 2
    finally:
        admin_of_docks.execute("alter table dock.dock alter depth type integer")


async def test_a_source_stays_one_that_only_reads(docks, admin_of_docks):
    """Sessions are given back as they were: the next read on one cannot write."""
    async with docks.begin() as transaction:
        await transaction.change(EVE)
    ((results, _),) = await docks._results([_Asked("show transaction_read_only")])
    assert results == [("on",)]


class _Asked:
    def __init__(self, sql):
        self.sql = sql
        self.values = ()
        self.is_quick = False


async def test_a_pool_without_room_is_told(named):
    """Before anything is done."""
    source = named("full", pool_size=1, queueing=Queueing(seconds=0.1))

    async def waits():
        async with source.begin() as second:
            await second.change(EVE)

    async with source.begin() as first:
        await first.change(tons(1))
        with pytest.raises(StoreBusy):
            await waits()
    assert await count(source) == 2
    async with source.begin() as again:
        await again.change(Delete(SHIP, ALWAYS))
    assert await count(source) == 0
