"""In charge of what goes out on a connection: the head of an answer and its body in one piece.

Uvicorn writes one after the other, and uvloop sends each at once: two calls of the system for us,
and two for who reads them.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

_LARGE: Final = 65_536  # bytes; to copy them costs more than a call of the system


class Joining:
    """A transport that sends what is written in one turn of the event loop together.

    What comes first is held back: until more comes, the turn ends, or the connection is closed.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Sends it at the end of this turn, or with what comes before that."""
        if self._held and len(data) < _LARGE:
            self._held += data
            self._send()
        elif self._held:
            self._send()
            self._transport.write(data)
        else:
            self._held = data
            self._loop.call_soon(self._send)

    def send(self, data: bytes) -> None:
        """Sends what is in one piece already, after what is held."""
        self._send()
        self._transport.write(data)

    def close(self) -> None:
        """Closes the connection once everything is sent."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
