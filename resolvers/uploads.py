"""In charge of files that come with a request, as resolvers of users get them."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

UPLOAD: Final = "Upload"
"""The name of the scalar."""

IN_MEMORY: Final = 65_536
"""Bytes of a file that are held in memory; of a longer one none is."""


class Upload:
    """A file that came with the request, which is gone once that is answered.

    ``filename`` and ``media_type`` are what the client says: neither is to be trusted. In the
    folder the file has no name, so that nothing of it is left should the process be killed.
    """

    def __init__(self, filename: str, media_type: str, folder: Path | None = None) -> None:
        self.filename = filename
        self.media_type = media_type
        self.size = 0
        self._turn = asyncio.Lock()
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=folder and str(folder))  # noqa: SIM115 (see close)

    async def read(self, start: int = 0, size: int = -1) -> bytes:
        """So many bytes from there on, or all."""
        async with self._turn:
            return await asyncio.to_thread(self._read, start, size)

    async def chunks(self, size: int = IN_MEMORY) -> AsyncGenerator[bytes]:
        """The whole file, in pieces of this size."""
        at = 0
        while piece := await self.read(at, size):
            yield piece
            at += len(piece)

    async def save(self, path: Path | str) -> None:
        """Copies it to a file that is there then. Raises OSError."""
        async with self._turn:
            await asyncio.to_thread(self._save, Path(path))

    async def add(self, data: bytes) -> None:
        """Writes more to its end, without keeping others waiting for the disk."""
        self.size += len(data)
        if self.size > IN_MEMORY:
            await asyncio.to_thread(self._file.write, data)
        else:
            self._file.write(data)

    def close(self) -> None:
        """Lets go of it."""
        self._file.close()

    def __repr__(self) -> str:
        return f"Upload({self.filename!r}, {self.media_type!r}, {self.size} bytes)"

    def _read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)

    def _save(self, path: Path) -> None:
        self._file.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(self._file, copy)
