"""In charge of what goes out on a connection: the head of an answer and its body in one piece.

Uvicorn writes one after the other, and uvloop sends each at once: two calls of the system for us,
and two for who reads them. Whoever has the whole answer may also hand it over in one piece, and
take a body that has come in one, which saves most of what ASGI's messages take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http.client import responses
from typing import Any, Final

from starlette.types import Receive, Send

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
    Beside that it is what Uvicorn and websockets expect of one.
    """

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What is known of the connection. Of its socket only what its ends are, which is known.

        A socket of Python's around uvloop's would take longer to make than an answer to send.
        """
        if name == "socket":
            return _Ends(self._transport)
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Whether it is, or is closed."""
        return self._transport.is_closing()

    def get_write_buffer_size(self) -> int:
        """Bytes that the client has not taken."""
        return self._transport.get_write_buffer_size()

    def pause_reading(self) -> None:
        """Lets what comes wait in the kernel."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Takes what comes."""
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Who is told what comes."""
        self._transport.set_protocol(protocol)

    def abort(self) -> None:
        """Closes it at once; what is not sent is lost."""
        self._transport.abort()

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
        if self._held:
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


class _Ends:
    """A socket, as far as Uvicorn asks for one: the addresses of both ends."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def getpeername(self) -> Any:
        """The client's."""
        return self._transport.get_extra_info("peername")

    def getsockname(self) -> Any:
        """Ours."""
        return self._transport.get_extra_info("sockname")


class _Heads:
    """Heads of answers up to their length: the same as long as the server's own headers are."""

    def __init__(self) -> None:
        self._own: Sequence[tuple[bytes, bytes]] = ()
        self._made: dict[tuple[int, Sequence[tuple[bytes, bytes]]], bytes] = {}

    def of(
        self,
        own: Sequence[tuple[bytes, bytes]],
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
    ) -> bytes:
        """With the server's ``own``, which it makes anew each second."""
        if own is not self._own:
            self._own, self._made = own, {}
        head = self._made.get((status, headers))
        if head is None:
            lines = [b"%s: %s\r\n" % each for each in (*own, *headers)]
            head = b"".join((STATUS_LINES[status], *lines, b"content-length: "))
            self._made[status, headers] = head
        return head


_heads: Final = _Heads()


def send_whole(
    send: Send, status: int, headers: tuple[tuple[bytes, bytes], ...], content: bytes
) -> bool:
    """Sends an answer to GET or POST; False if that is to be done by ASGI's messages.

    It is, unless ``send`` is that of a connection of ours, which is to stay: another one sees or
    changes the messages on their way. ``headers`` are our own words, a few that come again and
    again; how long the content is, is added.
    """
    cycle = _ours(send)
    if cycle is None or cycle.flow.write_paused or not cycle.keep_alive:
        return False
    if cycle.disconnected or cycle.response_started:
        return False
    head = _heads.of(cycle.default_headers, status, headers)
    if len(content) < _LARGE:
        cycle.transport.send(b"%s%d\r\n\r\n%s" % (head, len(content), content))
    else:
        cycle.transport.send(b"%s%d\r\n\r\n" % (head, len(content)))
        cycle.transport.send(content)
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.message_event.set()
    cycle.on_response()
    return True


def taken_whole(receive: Receive) -> bytes | None:
    """A request's body, if all of it is there; None if it is to be had by ASGI's messages."""
    cycle = _ours(receive)
    if cycle is None or cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
        return None
    body, cycle.body = bytes(cycle.body), bytearray()
    cycle.message_event.clear()
    cycle.flow.resume_reading()
    return body


def has_gone(receive: Receive) -> bool | None:
    """Whether the client of a request has; None if that is to be heard by ASGI's messages."""
    cycle = _ours(receive)
    if cycle is None or cycle.flow.read_paused:  # so nobody is told of an end
        return None
    return bool(cycle.disconnected)


def _ours(channel: Send | Receive) -> Any:
    """Uvicorn's part in a request, where its transport is ours, and nothing stands between."""
    cycle: Any = getattr(channel, "__self__", None)
    return cycle if type(getattr(cycle, "transport", None)) is Joining else None
