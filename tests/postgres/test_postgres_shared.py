"""What quick reads share: one session, in which none fails or waits because of another."""

import asyncio
import contextlib
import time

import psycopg
import pytest
from patient import PATIENT
from postgres_probes import eventually, sessions

from catalog.query import Batch, Compare, Operator, Order, Read
from datasources.errors import StoreError
from datasources.postgres import shared as shared_session
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.pool import Pool
from datasources.postgres.quick import is_quick
from datasources.postgres.session import Result
from datasources.postgres.shared import HeldUpError, Shared

WAITS = """select count(*) from pg_stat_activity
    where application_name = %s and wait_event_type = 'Lock'"""


class Asked:
    """A statement that returns one row."""

    def __init__(self, sql):
        self.sql = sql
        self.values = ()


def by_id(entity, number):
    """A lookup by primary key."""
    return Read(entity, (("id",),), filter=Compare(("id",), Operator.EQ, number))


async def found(source, entity, number):
    """The ids that a lookup finds."""
    (answers,) = await source.read([by_id(entity, number)])
    return [row["id"] for row in answers[()].rows]


@pytest.fixture
def named(url):
    """A URL whose sessions have a name of their own."""
    return lambda name: f"{url}&application_name={name}"


@pytest.fixture
async def shared(named):
    """A session for all who ask."""
    shared = await Shared.connect(conninfo_of(named("sharing"), statement_timeout=30))
    yield shared
    await shared.close()


@pytest.fixture
def locked(url):
    """A transaction that keeps a table from being read, until it is ended."""
    with psycopg.connect(url) as holder:
        holder.execute("lock table air.pilot")
        yield holder


async def test_lookups_at_the_same_time_take_one_session(catalog, opened, named, admin):
    """However many they are, and each gets its own answer."""
    source = opened(catalog, named("lookups"))
    await found(source, catalog["Pilot"], 1)
    answers = await asyncio.gather(*(found(source, catalog["Pilot"], n) for n in range(200)))
    known = {number for (number,) in admin.execute("select id from air.pilot")}
    assert answers == [[n] if n in known else [] for n in range(200)]
    assert len(sessions(admin, "lookups")) == 1


async def test_who_stands_behind_a_lookup_that_waits_is_served_elsewhere(
    catalog, opened, named, admin, locked
):
    """The lookup itself is answered when the lock is gone, and then the session is shared again."""
    source = opened(catalog, named("queue"))
    await found(source, catalog["Licence"], 1)
    waiting = asyncio.create_task(found(source, catalog["Pilot"], 1))
    await eventually(lambda: admin.execute(WAITS, ["queue"]).fetchone()[0])
    others = [found(source, catalog["Licence"], 1) for _ in range(5)]
    assert await asyncio.gather(*others) == [[1]] * 5
    assert not waiting.done()
    locked.rollback()
    assert await waiting == [1]
    assert source._pool.shared() is not None


async def test_a_lookup_that_held_up_others_is_not_shared_again(
    catalog, opened, named, admin, locked
):
    """Not in this session: it waits by itself, and nobody behind it."""
    source = opened(catalog, named("slow_ones"))
    await found(source, catalog["Licence"], 1)
    first = asyncio.create_task(found(source, catalog["Pilot"], 1))
    await eventually(lambda: source._pool.shared() is None)
    second = asyncio.create_task(found(source, catalog["Pilot"], 2))
    await eventually(lambda: admin.execute(WAITS, ["slow_ones"]).fetchone()[0] == 2)
    locked.rollback()
    assert await asyncio.gather(first, second) == [[1], [2]]


async def test_what_nobody_waits_for_any_longer_is_stopped(catalog, opened, named, admin, locked):
    """A lookup that waits for a lock, and whose caller has gone: its session ends."""
    source = opened(catalog, named("gone"))
    await found(source, catalog["Licence"], 1)
    waiting = asyncio.create_task(found(source, catalog["Pilot"], 1))
    await eventually(lambda: admin.execute(WAITS, ["gone"]).fetchone()[0])
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    await eventually(lambda: not admin.execute(WAITS, ["gone"]).fetchone()[0])
    assert await found(source, catalog["Licence"], 1) == [1]


async def test_a_statement_that_fails_fails_alone(shared):
    """What comes behind it in the same piece was not run, and is told so."""
    asked = ["select 1", "select 1 / 0", "select 2", "select 3"]
    told = await asyncio.gather(
        *(shared.run([Asked(sql)], 30) for sql in asked), return_exceptions=True
    )
    assert isinstance(told[0], list)
    assert isinstance(told[1], psycopg.errors.DivisionByZero)
    assert [type(each) for each in told[2:]] == [HeldUpError, HeldUpError]
    assert (await shared.run([Asked("select 2"), Asked("select 3")], 30))[1][0] == [(3,)]


async def test_a_failing_table_costs_only_its_own_reads(catalog, opened, url, admin):
    """Its error is told to who reads it; the others, asked at the same moment, notice nothing."""
    admin.execute("create database failing")
    failing = url.replace("/app?", "/failing?")
    with psycopg.connect(failing, autocommit=True) as connection:
        connection.execute("create schema air")
        connection.execute("create table air.pilot (id int primary key)")
        connection.execute("insert into air.pilot values (1)")
    source = opened(catalog, failing)
    pilots = [found(source, catalog["Pilot"], 1) for _ in range(3)]
    licences = [found(source, catalog["Licence"], 1) for _ in range(3)]
    told = await asyncio.gather(*licences, *pilots, return_exceptions=True)
    assert [type(each) for each in told[:3]] == [StoreError] * 3
    assert told[3:] == [[1]] * 3
    await source.close()
    admin.execute("drop database failing with (force)")


async def test_a_prepared_statement_s_rows_are_read_as_they_are_after_its_table_changed(
    shared, url
):
    """How to read them is kept with its name: Postgres refuses it then, and the next is another."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("drop table if exists worn")
        owner.execute("create table worn as select 7 as of")
        asked = [Asked("select of, 'x' from worn")]
        for _ in range(3):
            assert (await shared.run(asked, 30))[0] == ([(7, "x")], (23, 25))
        owner.execute("alter table worn alter of type text")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            await shared.run(asked, 30)
        for _ in range(3):
            assert (await shared.run(asked, 30))[0] == ([("7", "x")], (25, 25))
        owner.execute("drop table worn")


async def test_statements_are_prepared_once_and_the_session_replaced_when_it_is_full(named, admin):
    """A new one takes its place, and the old one ends; the pool counts right."""
    pool = Pool(named("full_one"), size=3, connect_timeout=5, queueing=PATIENT)
    first = await pool.share()
    for number in range(600):
        for _ in range(2):
            if first.usable:
                ((rows, _),) = await first.run([Asked(f"select {number}")], 30)
                assert rows == [(number,)]
    assert not first.usable
    second = await pool.share()
    assert second not in {None, first}
    assert await eventually(lambda: len(sessions(admin, "full_one")) == 1)
    wires = [await pool.take() for _ in range(2)]
    for wire in wires:
        await pool.give_back(wire)
    await pool.close()
    assert await eventually(lambda: not sessions(admin, "full_one"))


async def test_a_shared_session_takes_the_place_of_an_idle_one(named, admin):
    """Together they are never more than the pool may have."""
    pool = Pool(named("crowded"), size=3, connect_timeout=5, queueing=PATIENT)
    wires = [await pool.take() for _ in range(3)]
    for wire in wires:
        await pool.give_back(wire)
    assert await pool.share()
    assert await eventually(lambda: len(sessions(admin, "crowded")) == 3)
    await pool.close()


async def test_a_pool_of_one_shares_nothing(catalog, opened, named, admin):
    """Its only connection is for whoever comes."""
    source = opened(catalog, named("single"), pool_size=1)
    answers = await asyncio.gather(*(found(source, catalog["Pilot"], 1) for _ in range(4)))
    assert answers == [[1]] * 4
    assert await source._pool.share() is None
    assert len(sessions(admin, "single")) == 1


async def test_hundreds_of_callers_that_come_and_go(shared):
    """Each that stays gets the answer to its own question."""

    async def asked(number) -> list[Result] | None:
        try:
            async with asyncio.timeout(0.0001 * (number % 7) if number % 3 else 30):
                return await shared.run([Asked(f"select {number}")], 30)
        except TimeoutError:
            return None

    told = await asyncio.gather(*(asked(number) for number in range(500)))
    for number, results in enumerate(told):
        assert results is None if results is None and number % 3 else results[0][0] == [(number,)]


async def test_a_value_that_cannot_be_sent_is_nobody_else_s_trouble(shared):
    """Half a surrogate pair has no form in UTF-8: nothing of that caller's is sent."""
    odd = Asked("select $1::text")
    odd.values = ("\ud800",)
    told = await asyncio.gather(
        shared.run([Asked("select 1")], 30),
        shared.run([Asked("select 2"), odd], 30),
        shared.run([Asked("select 3")], 30),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [list, UnicodeEncodeError, list]
    assert [told[0][0][0], told[2][0][0]] == [[(1,)], [(3,)]]


async def test_what_held_up_others_is_shared_again_later(shared, monkeypatch):
    """It may have been the machine that was slow."""
    monkeypatch.setattr(shared_session, "_ALONE_SECONDS", 0.0)
    slow = asyncio.create_task(shared.run([Asked("select pg_sleep(0.5)")], 30))
    await eventually(lambda: not shared.is_free)
    await slow
    assert shared.is_free
    await shared.run([Asked("select pg_sleep(0.5)")], 30)


async def test_how_long_who_comes_now_would_wait(shared, url, monkeypatch):
    """By how many are before, and how many were answered since the last look."""
    monkeypatch.setattr(shared_session, "_PATIENCE", 60.0)  # it looks when the test does

    def look():
        if shared._timer:
            shared._timer.cancel()
        shared._look()
        return shared.delay

    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as holder:
        await holder.execute("select pg_advisory_lock(7)")
        await shared.run([Asked("select 1")], 30)
        waits = Asked("select pg_advisory_xact_lock(7)::text")
        waiting = asyncio.create_task(shared.run([waits], 30))
        await asyncio.sleep(0)
        assert look() > 0
        await holder.execute("select pg_advisory_unlock(7)")
        await waiting
    assert look() == 0


async def test_a_busy_process_takes_nobody_for_slow(shared):
    """What came while it did something else is there when it looks."""
    for number in range(3):
        asking = asyncio.create_task(shared.run([Asked(f"select {number}")], 30))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for _ in range(2):
            time.sleep(0.15)  # noqa: ASYNC251 (as a resolver might)
            await asyncio.sleep(0)
        ((rows, _),) = await asking
        assert rows == [(number,)]
        assert not shared._alone


@pytest.mark.parametrize(
    ("quick", "options"),
    [
        (True, {"filter": Compare(("id",), Operator.EQ, 1)}),
        (False, {"filter": Compare(("name",), Operator.EQ, "Ada")}),
        (False, {"filter": Compare(("id",), Operator.GT, 1)}),
        (
            True,
            {"filter": Compare(("id",), Operator.GT, 1), "order": (Order(("id",)),), "limit": 11},
        ),
        (True, {"order": (Order(("id",), descending=True),), "limit": 101}),
        (False, {"order": (Order(("id",)),), "limit": 102}),
        (False, {"order": (Order(("name",)), Order(("id",))), "limit": 11}),
        (False, {"order": (Order(("id",)),), "limit": 11, "offset": 1}),
        (False, {"filter": Compare(("id",), Operator.EQ, 1), "total": True}),
        (True, {"batch": Batch(("id",), ())}),
        (False, {"batch": Batch(("name",), ())}),
    ],
)
def test_which_reads_are_quick(catalog, quick, options):
    """Those that a unique index answers, with few rows."""
    assert is_quick(catalog, Read(catalog["Pilot"], (("id",),), **options)) is quick
