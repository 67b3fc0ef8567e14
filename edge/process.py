"""In charge of the server's process: one socket, one event loop, and an orderly end by signal."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from catalog.errors import BigraphError
from edge.transport import Joining


class AddressError(BigraphError):
    """The address cannot be listened on."""

    code = "ADDRESS_UNAVAILABLE"


class Stop:
    """What the first signal does: ends the server if it serves, else whatever is being started."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._server: uvicorn.Server | None = None
        self.asked = False

    @contextmanager
    def on_signals(self) -> Generator[None]:
        """Takes over SIGINT and SIGTERM; further ones hurry the server, but not the databases."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self._ask)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _ask(self) -> None:
        if self._server is not None:
            self._server.force_exit = self._server.should_exit
            self._server.should_exit = True
        elif self._task is not None and not self.asked:
            self._task.cancel()
        self.asked = True

    async def serve(
        self,
        app: ASGIApp,
        listening: socket.socket,
        *,
        patience: int = 10,
        proxies: str = "127.0.0.1",
    ) -> None:
        """Serves until a signal comes; then finishes the requests under way, within 10 s.

        Those that take longer than this `patience` are cancelled. The ``proxies`` are believed who
        the client is.
        """
        config = uvicorn.Config(
            app,
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=patience,
            lifespan="on",
            forwarded_allow_ips=proxies,
            http=Http,
            ws="none",
        )
        self._server = _Server(config)
        try:
            await self._server.serve(sockets=[listening])
        finally:
            self._server = None


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers, which would cut short what is above it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class Http(HttpToolsProtocol):
    """Uvicorn's; but answers go out in one piece, and who wants a WebSocket is told so by HTTP."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(cast("asyncio.Transport", Joining(transport, self.loop)))

    def _unsupported_upgrade_warning(self) -> None:
        """None: pip would not mend that there are no WebSockets here."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that a port that is taken is known before anything is started."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # Said to be TCP, or asyncio leaves Nagle's delay on: 40 ms for an answer in two writes.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        message = f"Cannot listen on {host}:{port}: {error.strerror or error}."
        raise AddressError(message, hint="Choose another with --port or --host.") from None
    listening.listen(2048)
    listening.setblocking(False)
    return listening
