"""In charge of what goes out on a connection: the head of an answer and its body in one piece.

Uvicorn writes one after the other, and uvloop sends each at once: two calls of the system for us,
and two for who reads them. Whoever has the whole answer may also hand it over in one piece, which
saves most of what ASGI's messages take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http.client import responses
from typing import Any, Final

from starlette.types import Send

STATUS_LINES: Final = {
    status: f"HTTP/1.1 {status} {responses.get(status, '')}\r\n".encode()
    for status in range(100, 600)  # also those without a name of their own, such as 499
}

ALWAYS: Final = ("x-content-type-options", "nosniff")
"""A header of whatever goes out: what its type says it is, and no browser is to guess."""

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


def send_whole(
    send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], content: bytes
) -> bool:
    """Sends an answer to GET or POST; False if that is to be done by ASGI's messages.

    It is, unless ``send`` is that of a connection of ours: another one sees or changes the messages
    on their way. ``headers`` are our own words, and say how long the content is.
    """
    cycle: Any = getattr(send, "__self__", None)  # Uvicorn's, whose transport may be ours
    transport = getattr(cycle, "transport", None)
    if not isinstance(transport, Joining) or cycle.flow.write_paused:
        return False
    if cycle.disconnected or cycle.response_started:
        return False
    parts = [STATUS_LINES[status]]
    for name, value in (*cycle.default_headers, *headers):
        parts += (name, b": ", value, b"\r\n")
    parts.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
    if len(content) < _LARGE:
        parts.append(content)
    transport.send(b"".join(parts))
    if len(content) >= _LARGE:
        transport.send(content)
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.message_event.set()
    if not cycle.keep_alive:
        transport.close()
    cycle.on_response()
    return True
