"""A server that dies while it is used comes back, at the same URL, with what was committed."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from outside import documents, ping, sql

from datasources.embedded import Supervisor

pytestmark = pytest.mark.slow

Eventually = Callable[..., Awaitable[Any]]


async def test_each_killed_server_comes_back_at_its_url(
    data_dir: Path, said: list[str], eventually: Eventually
):
    """After kill -9 one line says which and where its log is; nothing committed is lost."""
    async with Supervisor(data_dir, ["postgres", "mongo", "redis"], say=said.append) as servers:
        urls, killed = servers.urls, dict(servers.pids())
        sql(urls.postgres, "CREATE TABLE kept AS SELECT 1 AS it")
        documents(urls.mongo, add={"text": "kept"})
        for process in killed.values():
            os.kill(process, signal.SIGKILL)
        assert await eventually(sql, urls.postgres, "SELECT it FROM kept") == [(1,)]
        assert await eventually(ping, urls.redis)
        assert await eventually(documents, urls.mongo) == [{"text": "kept"}]
        assert len(said) == 3
        for name, process in killed.items():
            (line,) = (line for line in said if line.startswith(f"{name} was ended by SIGKILL"))
            assert str(data_dir / "logs" / f"{name}.log") in line
            assert process != servers.pids()[name]


async def test_a_busy_backend_does_not_delay_the_restart(
    data_dir: Path, said: list[str], eventually: Eventually
):
    """A backend in a long query would outlive its postmaster, and keep a new one from starting."""
    async with Supervisor(data_dir, ["postgres"], say=said.append) as servers:
        url = servers.urls.postgres
        async with await psycopg.AsyncConnection.connect(url) as connection:
            busy = "DO $$ BEGIN FOR i IN 1..2000000000 LOOP NULL; END LOOP; END $$"
            query = asyncio.create_task(connection.execute(busy))
            await eventually(sql, url, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO%'")
            os.kill(servers.pids()["postgres"], signal.SIGKILL)
            assert await eventually(sql, url, "SELECT 1")
            (outcome,) = await asyncio.gather(query, return_exceptions=True)
            assert isinstance(outcome, psycopg.OperationalError)


async def test_one_that_dies_again_and_again_is_left_alone(
    data_dir: Path, said: list[str], eventually: Eventually
):
    """After five deaths within a minute it stays down, and the last line says so."""
    async with Supervisor(data_dir, ["redis"], say=said.append) as servers:
        for deaths in range(1, 6):
            process = await eventually(lambda: servers.pids().get("redis"))
            os.kill(process, signal.SIGKILL)
            await eventually(lambda deaths=deaths: len(said) == deaths)
        assert [("restarted" in line) for line in said] == [True, True, True, True, False]
        assert "died 5 times within 60 seconds" in said[-1]
        assert servers.pids() == {}
