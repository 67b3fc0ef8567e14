"""Whatever goes wrong for somebody, nothing of them is left for the next on the same connection."""

import asyncio
import contextlib

import pytest
from viewers_asking import ADA, BOB, answered, somebody

from auth import ANONYMOUS
from datasources.errors import StoreTimeout
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.viewers import Roles, Telling, run_told
from datasources.postgres.wire import Wire

MINE = "{ letters { nodes { owner } } }"
ROLES = Roles("web", "visitor")
NOW = "SELECT current_user::text, coalesce(current_setting('request.jwt.claims', true), '')"
RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep' AND state = 'active'"


@pytest.fixture
async def wire(urls):
    """A session of its own."""
    wire = await Wire.connect(conninfo_of(urls.postgres or "", statement_timeout=30))
    yield wire
    await wire.close()


async def owners(graph, who) -> set[str]:
    """Whose letters somebody sees."""
    data, codes = await answered(graph, who, MINE)
    assert not codes
    return {node["owner"] for node in data["letters"]["nodes"]}


async def test_a_statement_that_fails(served):
    """The others of its transaction fail with it, and the connection goes on as another's."""
    graph = served(pool_size=1)
    for _ in range(3):
        data, codes = await answered(graph, ADA, "{ divided(by: 0) }")
        assert (data, codes) == ({"divided": None}, ["STORE_FAILED"])
        assert await owners(graph, BOB) == {"bob"}
        assert await owners(graph, ANONYMOUS) == {"all"}


async def test_a_session_after_a_failure(wire):
    """It is its own again, in no transaction, and good for more; prepared or not."""
    for _ in range(4):
        with pytest.raises(Exception, match="division by zero"):
            await run_told(wire, ROLES.telling(ADA), [Telling("SELECT 1 / 0")], 30)
        assert wire.usable
        ((rows, _),) = await wire.run([Telling(NOW)], 30)
        assert rows == [("app", "")]
        ((rows, _),) = await run_told(wire, ROLES.telling(BOB), [Telling(NOW)], 30)
        assert rows[0][0] == "web"
        assert "bob" in rows[0][1]


async def test_a_role_that_is_not_there_any_more(wire):
    """Nothing of the transaction is run as anybody else."""
    with pytest.raises(Exception, match='role "gone" does not exist'):
        await run_told(wire, Roles("gone", "gone").telling(ADA), [Telling(NOW)], 30)
    ((rows, _),) = await wire.run([Telling(NOW)], 30)
    assert rows == [("app", "")]


async def test_what_writes_is_refused(wire):
    """Even where a session might."""
    await wire.run([Telling("SET default_transaction_read_only = off")], 30)
    create = Telling("CREATE TEMP TABLE t AS SELECT 1")
    with pytest.raises(Exception, match="read-only transaction"):
        await run_told(wire, ROLES.telling(ADA), [create], 30)


async def test_who_goes_away_in_the_middle(served, admin):
    """Their connection is not another's: what still comes on it would be theirs."""
    graph = served(pool_size=2)
    for _ in range(3):
        asked = [asyncio.create_task(answered(graph, ADA, "{ slept(seconds: 50) }"))]
        while admin.execute(RUNNING).fetchone() == (0,):  # noqa: ASYNC110 (only the server knows)
            await asyncio.sleep(0.01)
        asked[0].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asked[0]
        found = await asyncio.gather(*(owners(graph, who) for who in (BOB, ANONYMOUS, ADA) * 3))
        assert found == [{"bob"}, {"all"}, {"ada"}] * 3


async def test_people_who_go_away_at_any_moment(served):
    """While they wait, are told of, or read."""
    graph = served(pool_size=3)

    async def hasty(number: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(number * 7 % 41 / 1000):
                await answered(graph, (ADA, BOB, ANONYMOUS)[number % 3], MINE)

    for begin in range(0, 100, 10):
        await asyncio.gather(*(hasty(number) for number in range(begin, begin + 10)))
        found = await asyncio.gather(*(owners(graph, who) for who in (ADA, BOB, ANONYMOUS)))
        assert found == [{"ada"}, {"bob"}, {"all"}]


async def test_what_takes_too_long(served):
    """It is stopped by the server, and the session stays."""
    graph = served(pool_size=1, statement_timeout=3)
    data, codes = await answered(graph, ADA, "{ slept(seconds: 50) }")
    assert (data, codes) == ({"slept": None}, [StoreTimeout.code])
    assert await owners(graph, BOB) == {"bob"}


async def test_a_session_that_an_operator_ends(served, admin):
    """The read is repeated on another one, for the same person."""
    graph = served(pool_size=1, options="&application_name=ended")
    for who, own in ((ADA, "ada"), (BOB, "bob"), (somebody("eve"), None)):
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'ended'"
        )
        assert await owners(graph, who) == ({own} if own else set())
