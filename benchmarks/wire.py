"""In charge of clients over real sockets: some connections of another process, on another core.

    python -m benchmarks.wire

Reads what to ask, a JSON object a line, and writes a line when all of it is answered.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
import uvloop
from starlette.types import ASGIApp
from uvicorn.server import ServerState

CONNECTIONS: Final = 16

Speaks = Callable[..., asyncio.Protocol]
"""What makes the protocol of a connection, of Uvicorn's parts."""


class Served:
    """An app at a port of its own, while somebody asks it."""

    def __init__(self, port: int, clients: Clients) -> None:
        self._port, self._clients = port, clients

    async def answer(self, request: bytes) -> bytes:
        """The whole answer to a request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        answer = head + await reader.readexactly(length)
        writer.close()
        return answer

    async def ask(self, request: bytes, length: int, times: int) -> None:
        """Has each connection ask so often, for answers of this length."""
        await self._clients.ask(self._port, request, length, times)


class Clients:
    """The process that asks."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, port: int, request: bytes, length: int, times: int) -> None:
        """Returns when all is answered."""
        told, said = self._process.stdin, self._process.stdout
        assert told is not None  # noqa: S101 (both are pipes)
        assert said is not None  # noqa: S101
        told.write(json.dumps([port, request.decode("latin-1"), length, times]).encode() + b"\n")
        if not await said.readline():
            raise RuntimeError("The clients have gone.")


@asynccontextmanager
async def clients() -> AsyncGenerator[Clients]:
    """Clients on the second core, and this thread on the first, if there are two."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.wire", str(cores[-1])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Clients(process)
    finally:
        process.kill()
        await process.wait()
        os.sched_setaffinity(0, cores)


@asynccontextmanager
async def served(app: ASGIApp, speaks: Speaks, by: Clients) -> AsyncGenerator[Served]:
    """The app by this protocol."""
    config = uvicorn.Config(
        app,
        interface="asgi3",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        lifespan="off",
    )
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"Fri, 27 Nov 2026 12:00:00 GMT")]
    server = await asyncio.get_running_loop().create_server(
        lambda: speaks(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield Served(server.sockets[0].getsockname()[1], by)
    finally:
        for each in [*state.connections]:
            each.transport.close()
        server.close()


# --- The process of the clients ---


class _Client(asyncio.Protocol):
    """One connection, which asks again as soon as it is answered."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._request = b""
        self._left = self._length = self._came = 0
        self._done: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = transport

    def ask(self, request: bytes, length: int, times: int) -> asyncio.Future[None]:
        """What is done when it is answered so often."""
        self._request, self._length, self._left, self._came = request, length, times, 0
        self._transport.write(request)
        self._done = asyncio.get_running_loop().create_future()
        return self._done

    def data_received(self, data: bytes) -> None:
        """Some of an answer."""
        self._came += len(data)
        if self._came < self._length:
            return
        self._came, self._left = 0, self._left - 1
        if self._left:
            self._transport.write(self._request)
        elif self._done:
            self._done.set_result(None)

    def connection_lost(self, _error: Exception | None) -> None:
        """Nobody closes it but by mistake."""
        if self._done and not self._done.done():
            self._done.set_exception(ConnectionError("the server closed a connection"))


async def _asks() -> None:
    known = dict[int, list[_Client]]()
    loop = asyncio.get_running_loop()
    while said := await asyncio.to_thread(sys.stdin.readline):
        port, request, length, times = json.loads(said)
        if port not in known:
            made = [await loop.create_connection(_Client, "127.0.0.1", port) for _ in _EACH]
            known[port] = [client for _, client in made]
        await asyncio.gather(
            *(each.ask(request.encode("latin-1"), length, times) for each in known[port])
        )
        print("answered", flush=True)


_EACH: Final = range(CONNECTIONS)

if __name__ == "__main__":
    os.sched_setaffinity(0, [int(sys.argv[1])])
    uvloop.run(_asks())
