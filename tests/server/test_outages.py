"""Databases that are away, that come, and that die while they are asked."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from running import Doors, Running, eventually, query, ready, signal_all

pytestmark = pytest.mark.slow

SAMPLE = {"MODELS": "models", "EXTENSIONS": "extensions"}
BOTH = """{
  flights(first: 20, offset: %d) { nodes { id originAirport { name } weather { visibility } } }
  airports(first: 20) { totalCount nodes { faa departures(first: 2) { nodes { id } } } }
}"""


def codes(answer: dict[str, Any]) -> set[str]:
    """The codes of an answer's errors."""
    return {error["extensions"]["code"] for error in answer.get("errors", ())}


@pytest.fixture
def doors() -> Generator[Doors]:
    """All shut."""
    with closing(Doors()) as doors:
        yield doors


async def test_databases_may_come_after_the_server_and_go_and_come_again(
    start: Callable[..., Running], sample_servers: Any, doors: Doors
) -> None:
    """Without a restart; meanwhile readiness says which is away, and queries fail with a code."""
    ports = {name: doors.port(name) for name in ("postgres", "mongo", "redis")}
    running = start(
        **SAMPLE,
        DATABASE_URL=f"postgresql://app@127.0.0.1:{ports['postgres']}/app?sslmode=disable",
        MONGO_URL=f"mongodb://127.0.0.1:{ports['mongo']}/app?directConnection=true",
        REDIS_URL=f"redis://127.0.0.1:{ports['redis']}/0",
    )
    url = await asyncio.to_thread(running.url)
    behind: dict[str, str | int] = {
        "postgres": parse_qs(urlsplit(sample_servers.postgres).query)["host"][0] + "/.s.PGSQL.5432",
        "mongo": urlsplit(sample_servers.mongo).port or 0,
        "redis": unquote(urlsplit(sample_servers.redis).path),
    }
    for _ in range(2):
        answer = await asyncio.to_thread(query, url, BOTH % 0)
        assert answer["data"] == {"flights": None, "airports": None}
        assert codes(answer) == {"STORE_UNAVAILABLE"}
        stores = (await asyncio.to_thread(ready, url))["stores"]
        assert [name for name in stores if stores[name]["ready"]] == []
        for name, target in behind.items():
            await doors.open(name, target)
        answers = lambda: "errors" not in query(url, BOTH % 0)  # noqa: E731
        assert await asyncio.to_thread(eventually, answers)
        is_ready = lambda: all(s["ready"] for s in ready(url)["stores"].values())  # noqa: E731
        assert await asyncio.to_thread(eventually, is_ready)
        await doors.shut()
        away = lambda: codes(query(url, BOTH % 0)) == {"STORE_UNAVAILABLE"}  # noqa: E731
        assert await asyncio.to_thread(eventually, away)


@pytest.mark.timeout(240)
def test_a_database_killed_amid_queries_across_stores(
    start: Callable[..., Running], data_dir: Path
) -> None:
    """Every answer is whole, or names the store; all come back, with every row; Redis may hang."""
    running = start(**SAMPLE)
    url = running.url(seconds=120)
    whole = query(url, BOTH % 0)
    ended, answers = threading.Event(), list[dict[str, Any]]()

    def ask(number: int) -> None:
        while not ended.is_set():
            answers.append(query(url, BOTH % (number * 5000 + len(answers) % 5000)))

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in asking:
        thread.start()
    for name in ("postgres", "mongo", "redis"):
        time.sleep(1)
        signal_all(data_dir / name, signal.SIGKILL)
        assert eventually(lambda: "errors" not in query(url, BOTH % 0))
        assert eventually(lambda: ready(url)["status"] == "ready")
    signal_all(data_dir / "redis", signal.SIGSTOP)
    time.sleep(1)
    calm = len(answers)
    time.sleep(1)
    assert len(answers) > calm  # a cache that hangs keeps nobody waiting
    signal_all(data_dir / "redis", signal.SIGCONT)
    ended.set()
    for thread in asking:
        thread.join(timeout=30)
    failed = [answer for answer in answers if "errors" in answer]
    assert failed
    assert len(failed) < len(answers)
    for answer in failed:
        assert codes(answer) == {"STORE_UNAVAILABLE"}, answer
        assert all(e["message"].startswith(("Postgres", "MongoDB")) for e in answer["errors"])
    assert query(url, BOTH % 0) == whole
