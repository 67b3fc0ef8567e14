"""Whatever happens to the program that runs the servers, they do not outlive it."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import running
from outside import processes_of, sql

from datasources.embedded import Supervisor

pytestmark = pytest.mark.slow

Start = Callable[..., subprocess.Popen[str]]
Eventually = Callable[..., Awaitable[Any]]


def all_gone(data_dir: Path, *, seconds: float) -> bool:
    """Whether no process is left in the folder before the time is over."""
    return running.eventually(lambda: not processes_of(data_dir), seconds=seconds)


def test_sigkill_of_the_parent_leaves_no_orphan(data_dir: Path, parent: Start):
    """The kernel tells each server that its parent died."""
    program = parent("postgres", "mongo", "redis")
    assert program.stdout.readline() == "ready\n"
    assert len(processes_of(data_dir)) > 3
    program.kill()
    program.wait()
    assert all_gone(data_dir, seconds=20)


def test_ctrl_c_reaches_only_the_parent_which_stops_all_in_order(data_dir: Path, parent: Start):
    """An interrupt of the terminal's whole group ends in a clean shutdown, not in dead servers."""
    program = parent("postgres", "redis")
    assert program.stdout.readline() == "ready\n"
    os.killpg(program.pid, signal.SIGINT)
    said, _ = program.communicate(timeout=30)
    assert said == ""
    assert processes_of(data_dir) == []
    assert "database system is shut down" in (data_dir / "logs" / "postgres.log").read_text()


@pytest.mark.parametrize(
    ("end", "moment"),
    [
        (signal.SIGKILL, "cluster.half-made/base"),
        (signal.SIGINT, "cluster.half-made/base"),
        (signal.SIGKILL, "cluster/postmaster.pid"),
    ],
)
async def test_a_start_interrupted_half_way_is_mended_by_the_next(
    data_dir: Path,
    parent: Start,
    said: list[str],
    eventually: Eventually,
    end: signal.Signals,
    moment: str,
):
    """Ended within initdb or the first start: nothing is left running, and a new start works."""
    program = parent("postgres")
    await eventually((data_dir / "postgres" / moment).exists)
    program.send_signal(end)
    program.wait()
    assert all_gone(data_dir, seconds=20)
    async with Supervisor(data_dir, ["postgres"], say=said.append) as servers:
        assert sql(servers.urls.postgres, "SELECT 1")


async def test_a_cancelled_start_leaves_no_process(
    data_dir: Path, said: list[str], eventually: Eventually
):
    """A start that is cancelled while some servers run and others do not has stopped them all."""
    supervisor = Supervisor(data_dir, ["postgres", "mongo", "redis"], say=said.append)
    start = asyncio.create_task(supervisor.__aenter__())
    await eventually(lambda: len(supervisor.pids()) == 2)
    start.cancel()
    with suppress(asyncio.CancelledError):
        await start
    assert start.cancelled()
    assert processes_of(data_dir) == []


def test_an_impatient_second_ctrl_c_leaves_no_orphan(data_dir: Path, parent: Start):
    """Whoever does not wait for the orderly stop gets a quick one."""
    program = parent("mongo", "redis")
    assert program.stdout.readline() == "ready\n"
    for _ in range(2):
        program.send_signal(signal.SIGINT)
        time.sleep(0.2)
    program.wait(timeout=30)
    assert all_gone(data_dir, seconds=20)
