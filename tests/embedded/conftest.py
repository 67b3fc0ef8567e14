"""In charge of what the tests of the embedded servers share: lines said, clients, processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pymongo
import pytest
import redis
from outside import processes_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def said() -> list[str]:
    """The lines that a supervisor said, if it is given `said.append`."""
    return []


@pytest.fixture
def data_dir(tmp_path: Path) -> Generator[Path]:
    """A data directory; afterwards no process may be left in it."""
    folder = tmp_path / "data"
    yield folder
    left = processes_of(folder)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert left == []


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Repeats a blocking call, in a thread, until it is true and raises none of our errors."""

    async def until(call: Callable[..., Any], *arguments: Any, seconds: float = 40.0) -> Any:
        passing = (psycopg.Error, pymongo.errors.PyMongoError, redis.RedisError)
        async with asyncio.timeout(seconds):
            while True:
                with suppress(*passing):
                    if result := await asyncio.to_thread(call, *arguments):
                        return result
                await asyncio.sleep(0.02)

    return until


@pytest.fixture
def parent(data_dir: Path) -> Generator[Callable[..., subprocess.Popen[str]]]:
    """Starts a program that runs servers in `data_dir`, as `make serve` does."""
    started: list[subprocess.Popen[str]] = []

    def start(*servers: str) -> subprocess.Popen[str]:
        program = [sys.executable, ROOT / "tests" / "embedded" / "parent.py", data_dir, *servers]
        started.append(
            subprocess.Popen(
                program,
                env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
