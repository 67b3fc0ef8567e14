"""Several processes that serve one address: their start, their ends, and one after the other."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from running import Running, eventually, left_in, query

from edge.workers import Share
from faults.gone import gone_in_time

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
Start = Callable[..., Running]
HELLO = "{ books { totalCount } shelves { totalCount } }"
ANSWER = {"data": {"books": {"totalCount": 0}, "shelves": {"totalCount": 0}}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the embedded stores are."""
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def running(folder: Path) -> Generator[Running]:
    """Two workers, and embedded stores."""
    settings = {
        "MODELS": "tests.library.models",
        "EXTENSIONS": "tests.library.extensions",
        "DATA_DIR": str(folder / "data"),
        "LOG_FORMAT": "json",
        "WORKERS": "2",
    }
    running = Running(folder / "said.txt", settings)
    running.url()
    yield running
    assert running.stop(seconds=60) == 0, running.said
    assert left_in(folder / "data") == []
    assert "Traceback" not in running.said


def workers(running: Running) -> set[int]:
    """The processes that answer."""
    found = set[int]()
    for child in psutil.Process(running.process.pid).children():
        with suppress(psutil.Error):  # it has just ended
            found |= {child.pid} if "server.py" in " ".join(child.cmdline()) else set()
    return found


def test_there_are_so_many_and_the_stores_are_started_once(running: Running, folder: Path):
    """Each answers, of the same stores."""
    assert len(workers(running)) == 2
    assert [query(running.url(), HELLO) for _ in range(8)] == [ANSWER] * 8
    assert running.said.count("GraphQL is at") == 1
    assert (folder / "data" / "postgres").exists()


def test_a_worker_that_dies_is_replaced(running: Running):
    """And the log says which."""
    before = workers(running)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: len(workers(running) - {victim}) == 2)
    assert "worker_died" in running.said
    assert eventually(lambda: query(running.url(), HELLO) == ANSWER)


async def test_a_restart_one_by_one_loses_no_request(running: Running):
    """Though clients ask all the time, by connections that they keep."""
    before, url, ended = workers(running), running.url(), asyncio.Event()
    answers: list[int] = []

    async def asks() -> None:
        async with httpx.AsyncClient(timeout=60) as client:
            while not ended.is_set():
                response = await client.post(f"{url}/graphql", json={"query": HELLO})
                answers.append(response.status_code)
                await asyncio.sleep(0.01)

    asking = [asyncio.create_task(asks()) for _ in range(4)]
    os.kill(running.process.pid, signal.SIGHUP)
    assert await asyncio.to_thread(eventually, lambda: '"restarted"' in running.said, seconds=90)
    ended.set()
    await asyncio.gather(*asking)
    assert set(answers) == {200}
    after = workers(running)
    assert len(after) == 2
    assert not before & after


def test_one_that_cannot_start_is_told(start: Start):
    """And nothing is left of the others."""
    urls = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "MONGO_URL": "mongodb://127.0.0.1:1"}
    failing = {"METRICS_PORT": "1", "REDIS_URL": "redis://127.0.0.1:1"}
    running = start("--metrics-host", "203.0.113.1", WORKERS="2", **urls, **failing)
    assert running.process.wait(60) == 1
    assert "A worker ended before it answered" in running.said
    assert "Traceback" not in running.said


async def test_a_worker_ends_with_its_parent(start: Start):
    """However that ends."""
    urls = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "MONGO_URL": "mongodb://127.0.0.1:1"}
    running = start(WORKERS="2", REDIS_URL="redis://127.0.0.1:1", **urls)
    await asyncio.to_thread(running.url)
    begun = workers(running)
    running.process.kill()
    running.process.wait(30)
    assert await gone_in_time(begun), running.said


def test_who_is_no_worker_has_no_share():
    """As a rule."""
    assert Share.ours() is None
