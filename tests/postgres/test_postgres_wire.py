"""What one session holds of the statements that it has run."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import NamedTuple

import psycopg
import pytest

from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.wire import Wire


class Statement(NamedTuple):
    """A text without parameters."""

    sql: str
    values: tuple[()] = ()


@pytest.fixture
async def wire(url: str) -> AsyncGenerator[Wire]:
    """A session of its own."""
    wire = await Wire.connect(conninfo_of(url, statement_timeout=30))
    yield wire
    await wire.close()


def long(number: int) -> Statement:
    """A text of 60,000 characters that no other number has."""
    return Statement(f"select {number} /* {'-' * 60_000} */")


async def prepared(wire: Wire) -> int:
    """How many statements Postgres has prepared in the session."""
    ((rows, _),) = await wire.run([Statement("select count(*) from pg_prepared_statements")], 10)
    return rows[0][0]


async def test_a_text_that_comes_once_is_not_kept(wire):
    """Neither by Postgres nor here, however many there are."""
    for number in range(20):
        ((rows, _),) = await wire.run([long(number)], 10)
        assert rows == [(number,)]
    assert await prepared(wire) == 0
    assert wire.usable


async def test_a_session_ends_when_it_holds_too_much_text(wire):
    """What comes twice is prepared; a few long texts are as much as many short ones."""
    for number in range(8):
        await wire.run([long(number)], 10)
        await wire.run([long(number)], 10)
        assert wire.usable
    assert await prepared(wire) == 8
    for _ in range(2):
        await wire.run([long(8)], 10)
    assert not wire.usable


async def test_the_end_of_a_lost_session_is_no_concern_of_whose_number_its_socket_had(url):
    """Another connection gets the number of the file as soon as libpq has closed it."""
    wire = await Wire.connect(conninfo_of(url, statement_timeout=30))
    number, loop, heard = wire._socket, asyncio.get_running_loop(), asyncio.Event()
    with suppress(psycopg.Error):
        await wire.run([Statement("select pg_terminate_backend(pg_backend_pid())")], 10)
    assert not wire.usable
    pairs = [socket.socketpair()]
    while number not in (
        ours := {end.fileno(): at for at, pair in enumerate(pairs) for end in pair}
    ):
        pairs.append(socket.socketpair())
        assert len(pairs) < 100
    mine, other = sorted(pairs[ours[number]], key=lambda end: end.fileno() != number)
    loop.add_reader(mine, heard.set)
    await wire.close()
    other.send(b"x")
    async with asyncio.timeout(30):
        await heard.wait()
    loop.remove_reader(mine)
    for pair in pairs:
        for end in pair:
            end.close()


async def test_who_may_wait_longer_than_the_one_before_does(wire):
    """The timer is the session's: for the next one it may go off too early."""
    await wire.run([Statement("select 1")], 0.1)
    ((rows, _),) = await wire.run([Statement("select 2 from pg_sleep(0.3)")], 10)
    assert rows == [(2,)]


async def test_who_may_wait_less_than_the_one_before_does_not_wait_longer(wire):
    """It is set anew for whom it would go off too late."""
    await wire.run([Statement("select 1")], 3600)
    async with asyncio.timeout(20):
        with pytest.raises(TimeoutError):
            await wire.run([Statement("select 2 from pg_sleep(25)")], 0.1)
    assert not wire.usable


async def test_the_timer_goes_off_for_whom_it_was_not_set(wire):
    """It came too early for the second, was set anew, and ends what takes too long."""
    await wire.run([Statement("select 1")], 0.1)
    async with asyncio.timeout(20):
        with pytest.raises(TimeoutError):
            await wire.run([Statement("select 2 from pg_sleep(25)")], 0.3)
    assert not wire.usable
