"""In charge of the server's process: one address, one event loop, and an orderly end by signal."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp

from catalog.errors import BigraphError
from edge.gate import USUAL, Bearable, Gate
from edge.listening import BACKLOG, Listening
from edge.live.presence import Presence
from edge.live.rules import LIVE
from edge.transport import ALWAYS
from telemetry import logger

PATIENCE: Final = 10
"""Seconds that requests under way have when the server ends."""

_RETIRING: Final = 2.0
"""Seconds in which whoever asks again by the same connection is told to take another."""

_log = logger("process")


class NoHttpError(BigraphError):
    """What reads HTTP is not installed. Uvicorn would do without: by h11, before which no gate is.

    Then requests are let in however many they are, and the slow are waited for.
    """

    code = "HTTPTOOLS_MISSING"


class Stop:
    """What the first signal does: ends the server if it serves, else whatever is being started.

    For ``delay`` seconds it answers on as before, but says that it is not ready: so whoever sends
    it requests has time to notice.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self._task = asyncio.current_task()
        self._server: uvicorn.Server | None = None
        self._gate: Gate | None = None
        self._delay = delay
        self.asked = False

    @contextmanager
    def on_signals(self) -> Generator[None]:
        """Takes over SIGINT and SIGTERM; further ones hurry the server, but not the databases."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self.ask)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def ask(self) -> None:
        """As a signal does."""
        if self._server is not None and self._gate is not None:
            if self._gate.is_closing or not self._delay:
                self._end(self._server)
            else:
                asyncio.get_running_loop().call_later(self._delay, self._end, self._server)
            self._gate.is_closing = True
        elif self._task is not None and not self.asked:
            self._task.cancel()
        self.asked = True

    def retire(self) -> None:
        """Takes no new connections, which others do; those there are end with their next answer."""
        if self._server is None or self._gate is None:
            self.ask()
            return
        self._gate.is_closing = True
        for each in self._server.servers:
            each.close()
        asyncio.get_running_loop().call_later(_RETIRING, self._end, self._server)

    @staticmethod
    def _end(server: uvicorn.Server) -> None:
        """Ends it in order; at once, if that is under way already."""
        server.force_exit = server.should_exit
        server.should_exit = True

    async def serve(  # noqa: PLR0913 (a part for each thing that is looked after)
        self,
        app: ASGIApp,
        listening: Listening,
        *,
        patience: int = PATIENCE,
        proxies: str = "127.0.0.1",
        bearable: Bearable = USUAL,
        presence: Presence | None = None,
        started: Callable[[], None] = lambda: None,
        delay: Callable[[], float] = lambda: 0.0,
        origins: Collection[str] = (),
    ) -> None:
        """Serves until a signal comes; then finishes the requests under way, within 10 s.

        Those that take longer than this `patience` are cancelled. The ``proxies`` are believed who
        the client is. Lets in no more than is ``bearable``. Says when it has ``started``. Those of
        whose ``presence`` it is told hear first that it stops. With ``delay`` it asks how long
        requests wait for each other elsewhere. Pages of the ``origins`` may read it if they are not
        let in.
        """
        gate, live = Gate(bearable), presence.rules if presence else LIVE
        config = uvicorn.Config(
            app,
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            headers=[ALWAYS],
            backlog=BACKLOG,
            timeout_graceful_shutdown=patience,
            lifespan="on",
            proxy_headers=False,  # whoever speaks for the connection looks at them
            forwarded_allow_ips=proxies,
            http=cast("Any", _http(gate)),
            ws="none",  # it is loaded when somebody opens one
            ws_max_size=live.message_bytes,
            ws_ping_interval=live.pulse,
            ws_ping_timeout=live.pulse,
            ws_per_message_deflate=False,  # each would have some 100 KB for it
        )
        server = _Server(config, presence, started)
        gate.under_way, gate.clients = server.server_state.tasks, server.server_state.connections
        gate.delay, gate.origins = delay, origins
        gate.lasting = presence.lasting if presence else ()
        self._server, self._gate = server, gate
        gate.open()
        try:
            with _quiet():
                await server.serve(sockets=[*listening.sockets])
        finally:
            gate.close()
            self._server = self._gate = None


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers, which would cut short what is above it."""

    def __init__(
        self, config: uvicorn.Config, presence: Presence | None, said: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._presence = presence
        self._said = said

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """From now on it answers."""
        await self.on_tick(0)  # or the first answers would lack the headers that all have
        await super().startup(sockets)
        self._said()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tells whoever stays connected before the connections are closed."""
        if self._presence:
            self._presence.stop()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def check_http() -> None:
    """Raises ``NoHttpError`` if there is nothing that reads HTTP as it is to be read."""
    if find_spec("httptools") is None:
        message = "httptools is not installed, without which nobody could be kept out."
        hint = "Install all of requirements/runtime.txt, or httptools itself."
        raise NoHttpError(message, hint=hint)


def _http(gate: Gate) -> Callable[..., asyncio.Protocol]:
    """What speaks HTTP."""
    from edge.http import Http  # noqa: PLC0415 (it stands on httptools, which may not be there)

    return partial(Http, gate)


@contextmanager
def _quiet() -> Generator[None]:
    """What is cut off at the end is no failure, of which Uvicorn would log the traceback."""

    def is_failure(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, asyncio.CancelledError)

    theirs = logging.getLogger("uvicorn.error")
    theirs.addFilter(is_failure)
    try:
        yield
    finally:
        theirs.removeFilter(is_failure)
