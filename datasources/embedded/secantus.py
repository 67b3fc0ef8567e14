"""In charge of the embedded SecantusDB, which speaks MongoDB's protocol: its options and probe.

SecantusDB is GPL-2.0: it is run as a program of its own, and never imported.
"""

from __future__ import annotations

import asyncio
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any, Literal

import bson
from bson.raw_bson import RawBSONDocument

from datasources.embedded.process import Program
from datasources.embedded.server import package_folder


@dataclass(frozen=True, slots=True)
class Secantus:
    """SecantusDB on a port of 127.0.0.1, a replica set of one; acknowledged writes survive."""

    folder: Path
    log: Path
    port: int
    name: Literal["mongo"] = "mongo"
    stop_signal: Signals = signal.SIGTERM

    @property
    def url(self) -> str:
        """A MongoDB URL whose default database is `app`."""
        return f"mongodb://127.0.0.1:{self.port}/app?directConnection=true"

    async def prepare(self) -> Program:
        """The server's program."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        package_folder("secantus", self.name)
        # An empty one, or it would find and obey one of the user's.
        config = self.folder / "secantusd.toml"
        config.touch()
        options = {
            "config": str(config),
            "host": "127.0.0.1",
            "port": str(self.port),
            "storage-path": str(self.folder / "storage"),
            "cache-size": "128M",
        }
        arguments = (part for name, value in options.items() for part in (f"--{name}", value))
        # -P: its modules come from where they are installed, whatever lies in its folder.
        command = (sys.executable, "-P", "-m", "secantus", *arguments, "--sync-on-commit")
        return Program(command, folder=self.folder, log=self.log)

    async def answers(self) -> bool:
        """Whether `hello` has its reply."""
        try:
            async with asyncio.timeout(2):
                reply = await self._reply_to({"hello": 1, "$db": "admin"})
        except (OSError, EOFError, TimeoutError):
            return False
        return reply["ok"] == 1.0

    def leftovers(self) -> Sequence[int]:
        """None: it has no children."""
        return ()

    async def _reply_to(self, command: dict[str, Any]) -> RawBSONDocument:
        """One OP_MSG there and back: pymongo's client, with its monitors, is too much for that."""
        body = bson.encode(command)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(_OP_MSG.pack(_OP_MSG.size + len(body), 1, 0, 2013, 0, 0) + body)
            length, *_ = _OP_MSG.unpack(await reader.readexactly(_OP_MSG.size))
            return RawBSONDocument(await reader.readexactly(length - _OP_MSG.size))
        finally:
            writer.close()


# Message length, request id, reply to, opcode; flags; the kind of its only section.
_OP_MSG = struct.Struct("<iiiiIB")
