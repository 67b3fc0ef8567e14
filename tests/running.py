"""In charge of the server as a process of its own: started, read, asked to end, and cleaned up."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from settings import Settings

ROOT = Path(__file__).parents[1]
_FREE = ("--port", "0", "--metrics-port", "0")
_PATIENT = {"POOL_TIMEOUT": "60", "MAX_LAG": "60", "PYTHONFAULTHANDLER": "1"}
"""The machine may be busy; and who is aborted says what it was doing."""


class Running:
    """`python server.py serve` as a process of its own, with what it said so far in a file."""

    def __init__(self, said: Path, environment: dict[str, str], *arguments: str) -> None:
        self._said = said
        self.environment = environment
        with said.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "server.py"), "serve", *_FREE, *arguments],
                cwd=ROOT,
                env={**_without_settings(), **_PATIENT, **environment},
                stderr=file,
                stdout=file,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything on its terminal."""
        return self._said.read_text("utf-8")

    def url(self, seconds: float = 60) -> str:
        """The address, once it serves."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(r"GraphQL is at +(http://\S+)/graphql", self.said):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(self.said)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Ends it by a signal; its exit status. Else fails with what it was doing."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # by which Python writes each thread's stack
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            self.process.kill()  # one that is frozen has not heard of it
            self.process.wait()
            raise AssertionError(self.said[-10_000:]) from None


class Doors:
    """Ports of this machine that can be opened and shut, each in front of a real server.

    They are held until it is closed: else a client that is given any port would now and then get
    one of these, while its door is shut.
    """

    def __init__(self) -> None:
        self._ports: dict[str, socket.socket] = {}
        self._servers: list[asyncio.Server] = []
        self._writers: set[asyncio.StreamWriter] = set()

    def port(self, name: str) -> int:
        """The port of one door; nobody listens there as long as it is shut."""
        if name not in self._ports:
            held = self._ports[name] = socket.socket()
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # or nobody could listen
            held.bind(("127.0.0.1", 0))
        return self._ports[name].getsockname()[1]

    def close(self) -> None:
        """Gives the ports back."""
        for held in self._ports.values():
            held.close()

    async def open(self, name: str, target: str | int) -> None:
        """Lets through to a port of this machine, or to a Unix socket."""

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there = (
                asyncio.open_connection("127.0.0.1", target)
                if isinstance(target, int)
                else asyncio.open_unix_connection(target)
            )
            answers, questions = await there
            self._writers |= {writer, questions}
            await asyncio.gather(_passed(reader, questions), _passed(answers, writer))

        port = self.port(name)
        self._servers.append(await asyncio.start_server(meet, "127.0.0.1", port))

    async def shut(self) -> None:
        """Shuts every door, on whoever stands in it."""
        for writer in self._writers:
            writer.transport.abort()
        for server in self._servers:
            server.close()
        self._writers.clear()
        self._servers.clear()
        await asyncio.sleep(0.05)


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


def _without_settings() -> dict[str, str]:
    """The environment of this process, without what would be settings of the server."""
    named = {name.upper() for name in Settings.model_fields}
    return {key: value for key, value in os.environ.items() if key not in named}


def left_in(folder: Path) -> list[int]:
    """The processes whose command line or working directory names a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                place = str((entry / "cwd").readlink())
            except OSError:
                continue
            if str(folder) in command or place.startswith(str(folder)):
                found.append(int(entry.name))
    return found


def signal_all(folder: Path, number: int) -> None:
    """Sends a signal to all processes of a folder; some, as Postgres's, end by themselves."""
    for process in left_in(folder):
        with suppress(ProcessLookupError):
            os.kill(process, number)


def eventually(holds: Callable[[], Any], *, seconds: float = 40) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def query(url: str, text: str) -> dict[str, Any]:
    """The whole answer to a query."""
    return httpx.post(f"{url}/graphql", json={"query": text}, timeout=40).json()


def ready(url: str) -> dict[str, Any]:
    """What the server says of its stores."""
    return httpx.get(f"{url}/health/ready", timeout=40).json()
