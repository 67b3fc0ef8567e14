"""A start, a second start, and where the data may lie."""

import os
from pathlib import Path

import pytest
from outside import documents, ping, processes_of, sql

from datasources.embedded import EmbeddedError, EmbeddedUrls, ServerName, Supervisor

EVERY: list[ServerName] = ["postgres", "mongo", "redis"]


async def test_data_is_kept_over_a_start_in_a_long_path_with_odd_names(
    tmp_path: Path, said: list[str]
):
    """A path of more than 150 characters, with spaces, commas and quotes, is as good as any."""
    data_dir = tmp_path / ('it\'s a "long", 50% päth ' * 7) / "data"
    async with Supervisor(data_dir, EVERY, say=said.append) as servers:
        urls = servers.urls
        sql(urls.postgres, "CREATE TABLE kept AS SELECT current_user, current_database()")
        assert documents(urls.mongo, add={"text": "kept"}) == [{"text": "kept"}]
        assert ping(urls.redis)
        assert set(servers.pids()) == set(EVERY)
        assert set(servers.pids().values()) <= set(processes_of(data_dir))
        sockets = Path(urls.redis.removeprefix("unix://").split("?")[0]).parent
        assert sockets.exists()
    assert processes_of(data_dir) == []
    assert not sockets.exists()
    assert servers.pids() == {}
    async with Supervisor(data_dir, EVERY, say=said.append) as servers:
        assert sql(servers.urls.postgres, "SELECT * FROM kept") == [("app", "app")]
        assert documents(servers.urls.mongo) == [{"text": "kept"}]
        assert ping(servers.urls.redis)
    assert processes_of(data_dir) == []
    assert said == []


async def test_only_the_servers_asked_for_are_run(data_dir: Path, said: list[str]):
    """A server that one brings oneself is not started, and has no URL here."""
    async with Supervisor(data_dir, ["redis"], say=said.append) as servers:
        assert servers.urls == EmbeddedUrls(postgres=None, mongo=None, redis=servers.urls.redis)
        assert servers.pids().keys() == {"redis"}


async def test_a_path_with_a_space_holds_the_sockets(tmp_path: Path, said: list[str]):
    """Where the path is short enough, sockets lie with the data, closed to other users."""
    data_dir = tmp_path / "a b"
    async with Supervisor(data_dir, ["redis", "postgres"], say=said.append) as servers:
        assert ping(servers.urls.redis)
        assert (data_dir / "redis" / "valkey.sock").is_socket()
        assert (data_dir / "postgres" / ".s.PGSQL.5432").is_socket()
        assert {(data_dir / name).stat().st_mode & 0o077 for name in ("redis", "postgres")} == {0}
        assert sql(servers.urls.postgres, "SELECT 1")


async def test_settings_that_the_rest_relies_on(data_dir: Path, said: list[str]):
    """UTC, UTF-8, one order of text everywhere, WAL for change feeds, writes that last."""
    wanted = {
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "wal_level": "logical",
        "fsync": "on",
        "max_connections": "100",
        "random_page_cost": "1.1",
    }
    settings = ", ".join(f"current_setting('{name}')" for name in wanted)
    async with Supervisor(data_dir, ["postgres"], say=said.append) as servers:
        url = servers.urls.postgres
        assert sql(url, f"SELECT {settings}") == [tuple(wanted.values())]
        database = "FROM pg_database WHERE datname = 'app'"
        assert sql(url, f"SELECT datlocprovider, datlocale {database}") == [("b", "C.UTF-8")]
        assert sql(url, "SELECT upper('é'), 'a' > 'Z'") == [("É", True)]


async def test_a_second_supervisor_of_the_same_data_is_refused(data_dir: Path, said: list[str]):
    """It is told which directory, and whose process has it; the first one is not disturbed."""
    async with Supervisor(data_dir, ["redis"], say=said.append) as servers:
        with pytest.raises(EmbeddedError) as refused:
            await Supervisor(data_dir, ["redis"], say=said.append).__aenter__()
        assert str(data_dir) in refused.value.message
        assert str(os.getpid()) in refused.value.message
        assert ping(servers.urls.redis)
