"""From the start of `python server.py serve` to its end, with its own databases."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
from running import Running, eventually, left_in, query, ready, signal_all

pytestmark = pytest.mark.slow

Start = Callable[..., Running]
WHOLE = {"flights": 336_776, "weatherObservations": 26_115, "airports": 1458}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_order(start: Start, data_dir: Path, number: int) -> None:
    """Another graph by MODELS and EXTENSIONS; exit status 0, and no process left."""
    running = start()
    answer = query(running.url(), "{ books { totalCount } shelves { totalCount } }")
    assert answer == {"data": {"books": {"totalCount": 0}, "shelves": {"totalCount": 0}}}
    assert running.stop(number) == 0
    assert left_in(data_dir) == []
    assert "Traceback" not in running.said


def test_an_interrupt_while_nothing_runs_says_nothing(start: Start, data_dir: Path) -> None:
    """While Python is still importing: no traceback, and nothing was started."""
    running = start()
    mapped = Path(f"/proc/{running.process.pid}/maps")
    assert eventually(lambda: "pydantic_core" in mapped.read_text())
    assert running.stop(signal.SIGINT) == -signal.SIGINT
    assert running.said == ""
    assert not data_dir.exists()


@pytest.mark.parametrize("name", ["postgres", "mongo", "redis"])
def test_a_killed_database_is_named_and_comes_back(start: Start, data_dir: Path, name: str) -> None:
    """Queries meanwhile fail with the store's name; no restart of the server is needed."""
    running = start()
    url = running.url()
    field = {"postgres": "books", "mongo": "shelves", "redis": "books"}[name]
    text = f"{{ {field} {{ totalCount }} }}"
    assert "errors" not in query(url, text)
    signal_all(data_dir / name, signal.SIGKILL)
    seen = [query(url, text) for _ in range(3)]
    for error in [error for answer in seen for error in answer.get("errors", ())]:
        assert error["extensions"]["code"] == "STORE_UNAVAILABLE"
        assert re.search("Postgres|MongoDB", error["message"])
    assert eventually(lambda: "errors" not in query(url, text))
    assert eventually(lambda: ready(url)["status"] == "ready")
    assert re.search(r"SIGKILL.*its log.*being restarted", running.said), running.said


def test_a_taken_port_is_said_before_anything_starts(start: Start, data_dir: Path) -> None:
    """One line that names the port and the option."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running = start("--port", str(taken.getsockname()[1]))
        assert running.process.wait(30) == 1
    assert "--port" in running.said
    assert len(running.said.splitlines()) == 1
    assert not data_dir.exists()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "mysql://user:hush@localhost/app"),
        ("DATABASE_URL", "postgresql://user:hush@localhost:port/app"),
        ("MONGO_URL", "mongo://user:hush@localhost"),
        ("MONGO_URL", "mongodb://user:hush@localhost:port"),
        ("MONGO_URL", "mongodb://user:hush@localhost/?timeout=no"),
        ("REDIS_URL", "http://:hush@localhost"),
    ],
)
def test_a_wrong_url_is_one_clear_line(start: Start, name: str, url: str) -> None:
    """No traceback, and no password."""
    others = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "MONGO_URL": "mongodb://127.0.0.1:1"}
    running = start(**{**others, "REDIS_URL": "redis://127.0.0.1:1", name: url})
    assert running.process.wait(30) == 1
    assert len(running.said.splitlines()) == 1, running.said
    assert "hush" not in running.said


def test_wrong_settings_are_named(start: Start) -> None:
    """A line for each, and exit status 2."""
    running = start("--port", "much", MAX_PAGE_SIZE="0", STORE_TIMEOUT="inf")
    assert running.process.wait(30) == 2
    names = [line.split(":")[0] for line in running.said.splitlines()]
    assert sorted(names) == ["MAX_PAGE_SIZE", "PORT", "STORE_TIMEOUT"]


def test_it_starts_with_both_databases_down(start: Start) -> None:
    """Readiness says which and why; each query fails with a code."""
    running = start(
        DATABASE_URL="postgresql://127.0.0.1:1/x",
        MONGO_URL="mongodb://127.0.0.1:1",
        REDIS_URL="redis://127.0.0.1:1",
    )
    url = running.url()
    answer = query(url, "{ books { totalCount } }")
    assert answer["errors"][0]["extensions"]["code"] == "STORE_UNAVAILABLE"
    stores = ready(url)["stores"]
    assert all(not stores[name]["ready"] and stores[name]["reason"] for name in stores)
    assert httpx.get(f"{url}/health/live", timeout=5).status_code == 200


def test_each_request_is_a_line_of_json(start: Start) -> None:
    """With what an operator looks for."""
    running = start()
    query(running.url(), "query Shelves { shelves { nodes { code } } }")
    running.stop()
    lines = [json.loads(line) for line in running.said.splitlines() if '"request"' in line]
    (line,) = [line for line in lines if line.get("operation") == "Shelves"]
    assert line["status"] == 200
    assert line["store_calls"]["mongo"] == 1
    assert line["duration_ms"] > 0
    assert len(line["trace_id"]) == 32


@pytest.mark.timeout(240)
def test_an_interrupted_load_is_mended_by_the_next_start(start: Start) -> None:
    """Ended by a signal, then by force, half-way through the sample; the one after is quick."""
    sample = {"MODELS": "models", "EXTENSIONS": "extensions"}
    for number in (signal.SIGTERM, signal.SIGKILL):
        running = start(**sample)
        # Postgres loads in one transaction: whatever was interrupted there begins anew.
        assert eventually(lambda: " 16 rows" in running.said, seconds=60)  # noqa: B023
        assert "GraphQL is at" not in running.said
        time.sleep(0.5)
        running.stop(number)
    mended = start(**sample)
    assert totals(mended.url(seconds=120)) == WHOLE
    loading = _spent(mended)
    mended.stop()
    again = start(**sample)
    assert totals(again.url()) == WHOLE
    assert " rows" not in again.said  # nothing is loaded a second time
    assert _spent(again) < loading


def totals(url: str) -> dict[str, int]:
    """How many rows there are of each."""
    answer = query(url, "{" + " ".join(f"{name} {{ totalCount }}" for name in WHOLE) + "}")
    return {name: page["totalCount"] for name, page in answer["data"].items()}


def _spent(running: Running) -> float:
    """Seconds of its processor's time, since by the clock it would be the machine's."""
    times = psutil.Process(running.process.pid).cpu_times()
    return times.user + times.system
