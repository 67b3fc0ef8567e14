"""In charge of the address that is served: one, by several sockets, and known to be free.

libuv lets in one connection a turn by each socket, and turns are long under load: by one alone, who
comes in a rush would be held up before anybody could refuse him.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import Any, Final, Self

from catalog.errors import BigraphError

_OTHERS: Final = 31
BACKLOG: Final = 256
"""Connections that wait at one of the sockets: as many as a long turn of a busy loop lets come."""


class AddressError(BigraphError):
    """The address cannot be listened on."""

    code = "ADDRESS_UNAVAILABLE"


class Listening:
    """All sockets that listen on one address; closed together."""

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self.sockets = sockets
        for each in sockets:
            each.setblocking(False)

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Self:
        """Those of these file descriptors."""
        sockets = [socket.socket(fileno=number) for number in numbers]
        for each in sockets:
            each.set_inheritable(False)  # as it was before it was handed on
        return cls(sockets)

    @property
    def address(self) -> Any:
        """A host and a port; by IPv6 two numbers more."""
        return self.sockets[0].getsockname()

    @property
    def numbers(self) -> list[int]:
        """Their file descriptors."""
        return [each.fileno() for each in self.sockets]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.sockets:
            each.close()


def listen(host: str, port: int) -> Listening:
    """Listens, so that an address that is taken is known before anything is started.

    The first socket takes the address for itself, and shares it with the others only then. Each has
    connections of its own, which the kernel deals out, so that one that comes wakes one of them.
    Where it cannot, they are copies of the first, and all are woken.
    """
    with ExitStack() as stack:
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            first = stack.enter_context(_unbound(family))
            first.bind((host, port))
            first.listen(BACKLOG)  # without which another could bind the same address
            for each in (others := _dealt(first) or [first.dup() for _ in range(_OTHERS)]):
                stack.enter_context(each)
        except (OSError, UnicodeError) as error:  # a name that is too long is of the second kind
            why = getattr(error, "strerror", None) or error
            message = f"Cannot listen on {host}:{port}: {why}."
            raise AddressError(message, hint="Choose another with --port or --host.") from None
        stack.pop_all()
        return Listening([first, *others])


def _dealt(first: socket.socket) -> list[socket.socket]:
    """More at the first one's address, among which connections are dealt out; none if not."""
    if sys.platform != "linux":  # others have the option, by which the last one gets them all
        return []
    with ExitStack() as stack:
        try:
            first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            others = [stack.enter_context(_unbound(first.family)) for _ in range(_OTHERS)]
            for each in others:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                each.bind(first.getsockname())
                each.listen(BACKLOG)
        except OSError:
            with suppress(OSError):
                first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
            return []
        stack.pop_all()
        return others


def _unbound(family: int) -> socket.socket:
    # Said to be TCP, or asyncio leaves Nagle's delay on: 40 ms for an answer in two writes.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made
