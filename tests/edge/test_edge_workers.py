"""Several processes at one address: little ones, that do what a worker does and no more."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from edge.listening import listen
from edge.workers import WorkerError, Workers

# Says that it answers, answers whoever comes by its process id, and ends when it is told to.
WORKER = """
import os, selectors, socket
number, line, *listening = map(int, os.environ["bigraph_worker"].split(","))
line = socket.socket(fileno=line)
line.send(b"R")
selector = selectors.DefaultSelector()
for each in listening:
    selector.register(socket.socket(fileno=each), selectors.EVENT_READ)
selector.register(line, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is line:
            line.recv(1)
            os._exit(0)
        try:
            client, _ = key.fileobj.accept()
        except BlockingIOError:
            continue
        client.sendall(b"%d %d" % (number, os.getpid()))
        client.close()
"""
PATIENCE = 30


@asynccontextmanager
async def serving(source: str = WORKER, count: int = 2) -> AsyncGenerator[tuple[Workers, int]]:
    """Workers that run this, and the port that they share; none is left."""
    command = [sys.executable, "-I", "-c", source]
    with listen("127.0.0.1", 0) as listening:
        workers = Workers(command, count, listening, os.environ, patience=PATIENCE)
        await workers.start()
        running = asyncio.create_task(workers.run())
        try:
            yield workers, listening.address[1]
        finally:
            workers.stop()
            await asyncio.wait_for(running, PATIENCE)
    assert workers._all == set()


def told(port: int) -> tuple[int, int]:
    """The number and the process id of who answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        number, pid = client.recv(64).split()
    return int(number), int(pid)


async def eventually(holds: Callable[[], bool]) -> None:
    """Waits until it does."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 (processes cannot tell)
            await asyncio.sleep(0.01)


async def test_they_answer_at_one_address_and_end_together():
    """Each has a number; none is there when the parent has gone on."""
    async with serving(count=3) as (workers, port):
        pids = set(workers.pids)
        assert len(pids) == 3
        for _ in range(20):
            number, pid = await asyncio.to_thread(told, port)
            assert number in range(3)
            assert pid in pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_one_that_dies_is_replaced():
    """The others answer meanwhile."""
    async with serving() as (workers, port):
        before = list(workers.pids)
        os.kill(before[0], signal.SIGKILL)
        await eventually(lambda: before[0] not in workers.pids and len(workers.pids) == 2)
        assert before[1] in workers.pids
        assert (await asyncio.to_thread(told, port))[1] in workers.pids


async def test_they_are_replaced_one_by_one():
    """The new one answers before the old one is told to go; asked twice, it is done once."""
    async with serving() as (workers, port):
        before = list(workers.pids)
        workers.restart()
        workers.restart()
        seen = list[set[int]]()
        async with asyncio.timeout(PATIENCE):
            while not workers._restarting.done():
                seen.append(set(workers.pids))
                assert (await asyncio.to_thread(told, port))[1]
        assert not set(before) & set(workers.pids)
        assert all(len(pids) == 2 for pids in seen)
        assert {before[1]} < set().union(*seen)


async def test_a_new_one_that_does_not_answer_ends_a_restart(lines):
    """Those that answer stay."""
    async with serving() as (workers, _):
        before = list(workers.pids)
        workers._command = [sys.executable, "-I", "-c", "raise SystemExit(3)"]
        workers.restart()
        await eventually(workers._restarting.done)
        assert workers.pids == before
    (line,) = [line for line in lines() if line["event"] == "restart_given_up"]
    assert line["worker"] == 0


async def test_one_that_never_answers_is_told_at_the_start():
    """And none of the others is left."""
    source = 'import os\nif os.environ["bigraph_worker"][0] == "1": raise SystemExit(1)\n' + WORKER
    with pytest.raises(WorkerError, match="ended before it answered"):
        async with serving(source):
            pass


async def test_one_that_does_not_end_is_killed():
    """After a while."""
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WORKER.replace(
        "os._exit(0)", "selector.unregister(line)"
    )
    command = [sys.executable, "-I", "-c", deaf]
    with listen("127.0.0.1", 0) as listening:
        workers = Workers(command, 1, listening, os.environ, patience=0.2)
        await workers.start()
        running = asyncio.create_task(workers.run())
        await asyncio.sleep(0)
        workers.stop()
        await asyncio.wait_for(running, PATIENCE)
    with suppress(IndexError):
        (pid,) = workers.pids
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
