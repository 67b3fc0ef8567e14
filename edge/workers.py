"""In charge of several processes that serve one address: started, replaced, restarted one by one.

They accept from the same sockets, which the parent holds: what waits there when a worker ends is
taken by the others. Each has a line to its parent, by which it says that it answers, and is told to
retire; who finds the line cut ends, so that no worker outlives its parent.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

from catalog.ending import ended
from catalog.errors import BigraphError
from edge.listening import Listening
from edge.process import Stop
from telemetry import logger

_VARIABLE: Final = "bigraph_worker"
_READY: Final = b"R"
_RETIRE: Final = b"r"
_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Seconds until a worker that died is replaced, by how many have died since one answered."""

_log = logger("workers")


class WorkerError(BigraphError):
    """A worker ended before it answered anything."""

    code = "WORKER_FAILED"


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker has of the whole: its number, from 0, the sockets, and its line."""

    number: int
    listening: Listening
    line: socket.socket

    @classmethod
    def ours(cls) -> Self | None:
        """This process's, if it is a worker; to be asked for once."""
        said = os.environ.pop(_VARIABLE, None)
        if said is None:
            return None
        number, line, *listening = map(int, said.split(","))
        ours = socket.socket(fileno=line)
        ours.setblocking(False)
        return cls(number, Listening.of(listening), ours)

    def follow(self, stop: Stop) -> None:
        """From now on this process ends with its parent, and retires when it is told to."""
        asyncio.get_running_loop().add_reader(self.line, self._heard, stop)

    def tell_ready(self) -> None:
        """Says that it answers."""
        with suppress(OSError):  # the parent has gone, which is heard as well
            self.line.send(_READY)

    def _heard(self, stop: Stop) -> None:
        if self.line.recv(1) == _RETIRE:
            stop.retire()
            return
        asyncio.get_running_loop().remove_reader(self.line)
        stop.ask()


class _Worker:
    """One process, from its start to its end."""

    def __init__(self, process: asyncio.subprocess.Process, line: socket.socket) -> None:
        self.process = process
        self._line = line

    @property
    def pid(self) -> int:
        """By which it is known."""
        return self.process.pid

    async def answers(self) -> bool:
        """Whether it does, once it is known."""
        return await asyncio.get_running_loop().sock_recv(self._line, 1) == _READY

    def retire(self) -> None:
        """Has it end once nobody is left whom it answers; others take who comes."""
        with suppress(OSError):
            self._line.send(_RETIRE)

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal, if it is there."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def ended(self, seconds: float | None = None) -> int:
        """Its exit status; after so many seconds it is killed."""
        try:
            async with asyncio.timeout(seconds):
                return await self.process.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
            return await self.process.wait()

    def let_go(self) -> None:
        """Cuts its line, once it has ended."""
        self._line.close()


class Workers:
    """So many processes of one command, which get the sockets by their environment.

    ``patience`` is for how many seconds one that ends is waited for.
    """

    def __init__(
        self,
        command: Sequence[str],
        count: int,
        listening: Listening,
        environment: Mapping[str, str],
        *,
        patience: float,
    ) -> None:
        self._command = command
        self._listening = listening
        self._environment = environment
        self._patience = patience
        self._workers: list[_Worker | None] = [None] * count
        self._turns = [asyncio.Lock() for _ in range(count)]
        self._all = set[_Worker]()
        self._stopping = asyncio.Event()
        self._restarting: asyncio.Task[None] | None = None

    @property
    def pids(self) -> Sequence[int]:
        """Of those that there are."""
        return [worker.pid for worker in self._workers if worker]

    async def start(self) -> None:
        """Returns when all answer. Raises ``WorkerError`` if one does not, and none is left."""
        numbers = range(len(self._workers))
        try:
            self._workers = [*await asyncio.gather(*map(self._begun, numbers))]
        except BaseException:
            await asyncio.shield(self._end())
            raise
        if None in self._workers:
            await self._end()
            raise WorkerError("A worker ended before it answered; what it said is above.")

    async def run(self) -> None:
        """Looks after them until it is stopped, and all have ended."""
        keeping = [asyncio.create_task(self._keep(n)) for n in range(len(self._workers))]
        await self._stopping.wait()
        keeping += [self._restarting] if self._restarting else []
        await ended(keeping)
        await self._end()

    def stop(self) -> None:
        """Has all of them end in order; when it is asked again, at once."""
        for worker in self._all if self._stopping.is_set() else ():
            worker.signal(signal.SIGTERM)
        self._stopping.set()

    def restart(self) -> None:
        """Replaces one after the other, each by one that answers, so that nobody need wait."""
        if self._restarting is None or self._restarting.done():
            self._restarting = asyncio.create_task(self._restart())

    async def _restart(self) -> None:
        for number, turn in enumerate(self._turns):
            async with turn:
                before, after = self._workers[number], await self._begun(number)
                if after is None:
                    why = "the new one does not answer"
                    _log.error("restart_given_up", worker=number, reason=why)
                    return
                self._workers[number] = after
            if before:
                before.retire()
                await self._ended(before)
        _log.info("restarted", workers=len(self._workers))

    async def _keep(self, number: int) -> None:
        """Replaces a worker that dies."""
        deaths = 0
        while True:
            worker = self._workers[number]
            status = await worker.ended() if worker else None
            if worker:
                self._forget(worker)
            async with self._turns[number]:
                if worker is not self._workers[number]:
                    continue  # it was replaced
                _log.error("worker_died", worker=number, status=status)
                await asyncio.sleep(_PAUSES[min(deaths, len(_PAUSES) - 1)])
                self._workers[number] = await self._begun(number)
            deaths = deaths + 1 if self._workers[number] is None else 0

    async def _begun(self, number: int) -> _Worker | None:
        """A new one that answers; None if it ended before."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            passed = (theirs.fileno(), *self._listening.numbers)
            said = {_VARIABLE: ",".join(map(str, (number, *passed)))}
            process = await asyncio.create_subprocess_exec(
                *self._command,
                env={**self._environment, **said},
                pass_fds=passed,
                start_new_session=True,  # what is typed at the terminal is for the parent
            )
        worker = _Worker(process, ours)
        self._all.add(worker)
        if await worker.answers():
            return worker
        await self._ended(worker)
        return None

    async def _ended(self, worker: _Worker) -> None:
        await worker.ended(self._patience)
        self._forget(worker)

    def _forget(self, worker: _Worker) -> None:
        worker.let_go()
        self._all.discard(worker)

    async def _end(self) -> None:
        for worker in self._all:
            worker.signal(signal.SIGTERM)
        await asyncio.gather(*map(self._ended, [*self._all]))
