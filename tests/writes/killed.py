"""In charge of processes that are killed, and of who serves in their place."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

from running import Running

COUNTERS = 4
"""In either store."""

CHANCE = random.Random()  # noqa: S311 (no secret)


class Workers:
    """Two processes that serve the same stores, one of which may just be away."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._running: list[Running] = []
        self.urls: list[str] = []

    async def start(self) -> None:
        """Starts both."""
        for _ in range(2):
            self._running.append(self._begun())
            self.urls.append(await asyncio.to_thread(self._running[-1].url))

    async def kill(self, number: int) -> None:
        """Ends one at once, and starts another in its place."""
        await asyncio.to_thread(self._running[number].stop, signal.SIGKILL)
        self._running[number] = self._begun()
        self.urls[number] = await asyncio.to_thread(self._running[number].url)

    def stop(self) -> None:
        """Ends both."""
        for running in self._running:
            running.stop()

    def _begun(self) -> Running:
        said = self._folder / f"said-{CHANCE.getrandbits(64):x}.txt"
        return Running(said, self._environment)
