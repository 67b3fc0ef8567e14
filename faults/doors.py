"""In charge of a door to a store: what is asked goes through it, and no answer while it is held."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress


class Door:
    """A port of this machine in front of a store, at a port as well.

    While it is held it is as if the store never came to an end with anything. Who asks meanwhile
    is told by a word in what is sent.
    """

    def __init__(self, target: int, word: bytes) -> None:
        self.port = 0
        self.asked = asyncio.Event()
        """Set once somebody has asked and waits."""
        self.left = asyncio.Event()
        """Set once all who have asked have closed their connections, which was at ``left_at``."""
        self.left_at = 0.0
        self._target, self._word = target, word
        self._open = asyncio.Event()
        self._open.set()
        self._asking = set[asyncio.StreamWriter]()
        self._ends = set[asyncio.StreamWriter]()

    @contextmanager
    def held(self) -> Generator[None]:
        """As long as this lasts, no answer passes."""
        self._asking.clear()
        for event in (self._open, self.asked, self.left):
            event.clear()
        try:
            yield
        finally:
            self._open.set()

    async def meet(self, near: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        """Passes what one connection has to say, both ways, until it is closed."""
        far, on = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends |= {to, on}
        answering = asyncio.create_task(self._answer(far, to))
        with suppress(OSError):
            while data := await near.read(65536):
                if self._word in data and not self._open.is_set():
                    self._asking.add(to)
                    self.asked.set()
                on.write(data)
        self._leave(to)
        answering.cancel()
        for each in (to, on):
            each.close()
            self._ends.discard(each)

    def abort(self) -> None:
        """Ends all connections."""
        for each in self._ends:
            each.transport.abort()

    def _leave(self, who: asyncio.StreamWriter) -> None:
        if who in self._asking:
            self._asking.discard(who)
            if not self._asking:
                self.left_at = time.monotonic()
                self.left.set()

    async def _answer(self, far: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await far.read(65536):
                await self._open.wait()
                to.write(data)
        to.close()


@asynccontextmanager
async def door(target: int, word: bytes) -> AsyncGenerator[Door]:
    """A door in front of a port."""
    made = Door(target, word)
    server = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.abort()
