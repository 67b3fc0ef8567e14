"""In charge of what happens when Postgres refuses, is slow, goes away or comes back."""

import asyncio
import contextlib
import os
import signal
import socket

import pytest
from patient import PATIENT
from postgres_probes import eventually, is_told, pilots, sessions, works
from postgres_rows import fill
from ticking import ticking

from catalog.query import Compare, Operator, Read
from datasources.embedded import Supervisor
from datasources.errors import StoreBusy, StoreError, StoreTimeout, StoreUnavailable
from datasources.places import Queueing
from datasources.postgres.pool import Pool


@pytest.fixture
async def server(tmp_path):
    """A server of its own with the tables of the little airline, for one test to kill."""
    async with Supervisor(tmp_path, ["postgres"], say=print) as supervisor:
        assert supervisor.urls.postgres
        fill(supervisor.urls.postgres)
        yield supervisor


@pytest.fixture
def named(url):
    """A URL whose sessions have a name of their own."""
    return lambda name: f"{url}&application_name={name}"


@pytest.fixture
def slow(catalog, admin):
    """A read that takes longer than any test: a view in place of its table sleeps."""
    admin.execute("create database slow")
    yield Read(catalog["Pilot"], (("id",),), filter=Compare(("id",), Operator.EQ, 1))
    admin.execute("drop database slow with (force)")


@pytest.fixture
def slow_url(url, slow, admin):
    """Where that view is."""
    slow_url = url.replace("/app?", "/slow?")
    with type(admin).connect(slow_url) as connection:
        connection.execute("create schema air")
        connection.execute(
            "create view air.pilot as select 1 as id, 'Ada' as name from pg_sleep(60)"
        )
    return slow_url


async def test_killed_sessions_cost_no_error(catalog, opened, named, admin):
    """Idle ones are found dead, thrown away all at once, and the read is repeated."""
    source = opened(catalog, named("killed"))
    await asyncio.gather(*(works(source, catalog) for _ in range(4)))
    before = sessions(admin, "killed")
    for pid in before:
        admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
    # A callback that never ends outlives pytest's own limit, which ends it and not the test.
    async with asyncio.timeout(60):
        assert await asyncio.gather(*(works(source, catalog) for _ in range(4))) == [True] * 4
    after = sessions(admin, "killed")
    assert after
    assert not set(before) & set(after)


async def test_reads_cancelled_at_any_moment_leak_no_connection(catalog, opened, named, admin):
    """While they queue, connect, run or fetch: the pool stays whole."""
    source = opened(catalog, named("hasty"), pool_size=3)

    async def hasty(number):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(number * 7 % 41 / 2000):
                await source.read([pilots(catalog)] * (number % 3 + 1))

    for begin in range(0, 200, 10):
        await asyncio.gather(*(hasty(number) for number in range(begin, begin + 10)))
    assert all(await asyncio.gather(*(works(source, catalog) for _ in range(9))))
    assert await eventually(lambda: len(sessions(admin, "hasty")) <= 3)


async def test_a_session_that_dies_while_it_reads_is_replaced(
    catalog, opened, slow, slow_url, admin
):
    """Once: where the fresh one dies too, the store is unavailable."""
    source = opened(catalog, f"{slow_url}&application_name=dying")
    reading = asyncio.create_task(source.read([slow]))
    for _ in range(2):
        pid = await eventually(lambda: sessions(admin, "dying"))
        admin.execute("select pg_terminate_backend(%s, 5000)", pid)
    with pytest.raises(StoreUnavailable) as failure:
        await reading
    assert failure.value.code == "STORE_UNAVAILABLE"
    assert failure.value.store == "postgres"


async def test_a_killed_server_fails_reads_at_once_and_is_found_again(
    catalog, opened, server, caplog
):
    """Every error while it is down names the store and comes fast; then all goes on by itself.

    The driver adds no lines of its own to the log.
    """
    source = opened(catalog, server.urls.postgres)
    assert await asyncio.gather(*(works(source, catalog) for _ in range(4))) == [True] * 4
    os.kill(server.pids()["postgres"], signal.SIGKILL)
    failures, slowest, worked = 0, 0.0, True
    async with ticking() as seconds:
        while not (worked and failures):
            begun = seconds()
            assert begun < 10, "never there again"
            try:
                worked = await works(source, catalog)
            except StoreUnavailable:
                failures, worked = failures + 1, False
            slowest = max(slowest, seconds() - begun)
            await asyncio.sleep(0.005)
    assert worked
    assert failures
    assert slowest < 2.5
    assert await source.ping() is None
    assert [record for record in caplog.records if record.name.startswith("psycopg")] == []


async def test_a_database_that_is_down_is_not_needed_to_make_a_source(catalog, opened):
    """Reads fail at once and say so; the reason is short and names no password."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    source = opened(catalog, f"postgresql://me:secret@127.0.0.1:{port}/app")
    async with ticking() as seconds:
        with pytest.raises(StoreUnavailable, match="Postgres is not available") as failure:
            await source.read([pilots(catalog)])
        assert "secret" not in repr(failure.value.__cause__)
        assert await source.ping() == "Connection refused"
        assert seconds() < 1


async def test_a_server_that_never_answers_is_given_up(catalog, opened):
    """One that takes connections and says nothing, for reads and for pings."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://me:secret@127.0.0.1:{silent.getsockname()[1]}/app"
        source = opened(catalog, url, connect_timeout=0.3)
        async with ticking() as seconds:
            with pytest.raises(StoreUnavailable):
                await source.read([pilots(catalog)])
            assert seconds() < 1
            assert await source.ping() == "no answer in time"
            assert seconds() < 2.5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("/app?", "/nowhere?"), 'database "nowhere" does not exist'),
        (("app@", "nobody@"), 'role "nobody" does not exist'),
        (("host=%2F", "host=%2Fnowhere%2F"), "No such file or directory"),
    ],
)
async def test_a_ping_says_why(catalog, opened, url, change, reason):
    """In a few words, without addresses."""
    assert await opened(catalog, url.replace(*change)).ping() == reason


async def test_a_statement_that_takes_too_long_is_stopped(catalog, opened, slow, slow_url, admin):
    """By the server, in time; the connection is as good as before."""
    source = opened(catalog, f"{slow_url}&application_name=late", statement_timeout=0.2)
    async with ticking() as seconds:
        with pytest.raises(StoreTimeout) as failure:
            await source.read([slow])
        assert seconds() < 1
    assert failure.value.code == "STORE_TIMEOUT"
    (before,) = sessions(admin, "late")
    with pytest.raises(StoreTimeout):
        await source.read([slow])
    assert before in sessions(admin, "late")  # the other is for what was too slow to be shared


@pytest.mark.parametrize("reads", [1, 2])
async def test_a_cancelled_read_stops_in_the_server(catalog, opened, slow, slow_url, admin, reads):
    """And its connection comes back clean, or not at all."""
    source = opened(catalog, f"{slow_url}&application_name=cancelled", pool_size=1)
    reading = asyncio.create_task(source.read([slow] * reads))
    running = "select 1 from pg_stat_activity where application_name = %s and state = 'active'"
    await eventually(lambda: admin.execute(running, ["cancelled"]).fetchall())
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    assert reading.cancelled()
    await eventually(lambda: not admin.execute(running, ["cancelled"]).fetchall())
    quick = Read(catalog["Flight"], ())
    with pytest.raises(StoreError, match="does not match its model"):
        await asyncio.wait_for(source.read([quick]), 30)


async def test_a_read_stops_that_was_cancelled_before_it_had_begun(
    catalog, opened, slow, slow_url, admin
):
    """What the server is told of a session before it reads a statement of it, it forgets."""
    source = opened(catalog, f"{slow_url}&application_name=early")
    await source.warm()
    (pid,) = sessions(admin, "early")
    os.kill(pid, signal.SIGSTOP)
    try:
        reading = asyncio.create_task(source.read([slow]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it is sent
        reading.cancel()
        closing = asyncio.create_task(source.close())
        await eventually(lambda: is_told(pid, signal.SIGINT))
    finally:
        os.kill(pid, signal.SIGCONT)
    await closing
    await eventually(lambda: not sessions(admin, "early"))


@pytest.mark.slow
async def test_a_session_that_freezes_is_given_up(catalog, opened, slow, slow_url, admin):
    """A little after the server should have stopped the statement by itself."""
    source = opened(catalog, f"{slow_url}&application_name=frozen", statement_timeout=0.2)
    reading = asyncio.create_task(source.read([slow]))
    (pid,) = await eventually(lambda: sessions(admin, "frozen"))
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreTimeout):
            await reading
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_no_more_connections_than_the_pool_may_have(catalog, opened, named, admin):
    """Others wait their turn; one that waits too long is told."""
    source = opened(catalog, named("few"), pool_size=2)
    assert all(await asyncio.gather(*(works(source, catalog) for _ in range(20))))
    assert len(sessions(admin, "few")) == 2


async def test_who_waits_too_long_for_a_connection_is_told(catalog, opened, slow, slow_url):
    """Instead of waiting for ever behind slow reads."""
    source = opened(catalog, slow_url, pool_size=1, queueing=Queueing(seconds=0.1))
    first = asyncio.create_task(source.read([slow]))
    await asyncio.sleep(0.05)
    with pytest.raises(StoreBusy):
        await source.read([slow])
    first.cancel()
    await asyncio.wait([first])


async def test_a_place_that_nobody_takes_any_more_is_handed_on(named):
    """Who waits is served in turn; who was handed a place, and then cancelled, leaves it."""
    pool = Pool(named("turns"), size=1, connect_timeout=5, queueing=PATIENT)
    served = list[str]()

    async def served_as(name: str) -> None:
        wire = await pool.take()
        served.append(name)
        await pool.give_back(wire)

    held = await pool.take()
    waiting = {name: asyncio.create_task(served_as(name)) for name in "abcd"}
    await asyncio.sleep(0)
    waiting["b"].cancel()  # while it waits
    await pool.give_back(held)
    waiting["a"].cancel()  # when it has its place, and does not know yet
    await asyncio.wait(waiting.values())
    assert served == ["c", "d"]
    await pool.give_back(await pool.take())
    await pool.close()


async def test_a_closed_source_has_no_connections(catalog, opened, named, admin):
    """Also those that were in use when it was closed."""
    source = opened(catalog, named("closed"))
    reading = asyncio.create_task(works(source, catalog))
    await asyncio.sleep(0)
    await source.close()
    assert await reading
    await eventually(lambda: not sessions(admin, "closed"))
    with pytest.raises(StoreUnavailable):
        await works(source, catalog)
