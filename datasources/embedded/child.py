"""In charge of keeping one server running: start it, wait until it answers, restart it, stop it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from catalog.ending import ended
from datasources.embedded.errors import EmbeddedError
from datasources.embedded.process import end, how_it_ended, last_complaint, spawn
from datasources.embedded.server import Server

_SECONDS_TO_ANSWER = 30.0
_SECONDS_TO_STOP = 8.0
_MOST_DEATHS = 5
_WITHIN_SECONDS = 60.0
_FIRST_PAUSE = 0.1


class Child:
    """One supervised server; `say` gets a line whenever it dies."""

    def __init__(self, server: Server, *, say: Callable[[str], None]) -> None:
        self.server = server
        self._say = say
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._deaths: deque[float] = deque(maxlen=_MOST_DEATHS)

    @property
    def pid(self) -> int | None:
        """The id of its process, while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self) -> None:
        """Return once the server answers; from then on it is restarted when it dies."""
        process = await self._launch()
        await self._until_it_answers(process)
        self._keeper = asyncio.create_task(self._keep(process), name=f"keep {self.server.name}")

    async def stop(self) -> None:
        """Return once no process of it is left, after a bounded wait; at any stage of its life."""
        try:
            if self._keeper is not None:
                await ended([self._keeper])
            if self._process is not None:
                await end(self._process, self.server.stop_signal, seconds=_SECONDS_TO_STOP)
        finally:
            await self._bury()

    async def _launch(self) -> Process:
        await self._bury()
        try:
            self._process = await spawn(await self.server.prepare())
        except OSError as error:
            raise self._failure(str(error)) from error
        return self._process

    async def _until_it_answers(self, process: Process) -> None:
        deadline = time.monotonic() + _SECONDS_TO_ANSWER
        while not await self.server.answers():
            if process.returncode is not None:
                complaint = last_complaint(self.server.log)
                raise self._failure(f"it {how_it_ended(process)}: {complaint}")
            if time.monotonic() > deadline:
                raise self._failure(f"it did not answer within {_SECONDS_TO_ANSWER:.0f} seconds")
            await asyncio.sleep(0.05)

    def _failure(self, reason: str) -> EmbeddedError:
        name, log = self.server.name, self.server.log
        return EmbeddedError(f"{name} cannot be started: {reason.rstrip('.')}. Its log is {log}.")

    async def _keep(self, process: Process) -> None:
        """Restart the server each time it dies, until it has died too often."""
        death = await self._death_of(process)
        while (pause := self._pause_after_death()) is not None:
            self._say(f"{death}; it is being restarted.")
            await asyncio.sleep(pause)
            death = await self._next_death()
        self._say(
            f"{death}; it died {_MOST_DEATHS} times within {_WITHIN_SECONDS:.0f} seconds,"
            " and stays down until the next start."
        )

    async def _next_death(self) -> str:
        """Start the server, wait until it ends, and say how; a start that fails is a death too."""
        try:
            return await self._death_of(await self._launch())
        except EmbeddedError as error:
            return error.message.rstrip(".")

    async def _death_of(self, process: Process) -> str:
        await process.wait()
        return f"{self.server.name} {how_it_ended(process)} (its log is {self.server.log})"

    def _pause_after_death(self) -> float | None:
        """Seconds to wait before the next start, growing with recent deaths; None: give up."""
        now = time.monotonic()
        self._deaths.append(now)
        recent = sum(now - death <= _WITHIN_SECONDS for death in self._deaths)
        return None if recent == _MOST_DEATHS else _FIRST_PAUSE * 2 ** (recent - 1)

    async def _bury(self) -> None:
        """End what outlived the main process, or it would stand in the way of the next one."""
        deadline = time.monotonic() + _SECONDS_TO_STOP
        while (leftovers := self.server.leftovers()) and time.monotonic() < deadline:
            for process in leftovers:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            await asyncio.sleep(0.01)
