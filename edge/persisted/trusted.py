"""In charge of the documents that are trusted now, and of what becomes of others.

The manifest is looked at again and again, since files may come from anywhere, also by a change of
a link. One that is wrong is told in the log, and the one before it stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from enum import Enum
from pathlib import Path
from typing import Final

from edge.errors import HttpError
from edge.persisted.manifest import Manifest, ManifestError, files_at, manifest_at
from edge.persisted.untrusted import Untrusted
from edge.requests import GraphQLRequest
from telemetry import logger

CODE: Final = "DOCUMENT_NOT_TRUSTED"
_PAUSE: Final = 2.0  # seconds between two looks
_MESSAGE: Final = "This document is none of those that are trusted here."
_HINT: Final = "Ask by the id of one that is, or have it added to the manifest."
_log = logger("documents")

Marks = tuple[tuple[str, int, int, int], ...]
"""What tells whether files are as they were: of each its name, time, size and number."""


class Mode(Enum):
    """What becomes of a document that is not trusted."""

    LOG = "log"
    WARN = "warn"
    ENFORCE = "enforce"


class Trusted:
    """The documents of the manifest at a path. Raises ``ManifestError``."""

    def __init__(self, path: Path, mode: Mode, *, pause: float = _PAUSE) -> None:
        self.mode = mode
        self.path = path
        self._pause = pause
        self._marks = _marks_of(path)
        self.manifest = manifest_at(path)
        self._untrusted = Untrusted()

    def tell(self, asked: GraphQLRequest) -> None:
        """Tells the operator of a request whose document is not trusted."""
        self._untrusted.tell(asked)

    def judged(self, asked: GraphQLRequest) -> GraphQLRequest:
        """The request, whose document is not trusted; raises ``HttpError`` if it may not be."""
        self.tell(asked)
        match self.mode:
            case Mode.LOG:
                return asked
            case Mode.WARN:
                return asked._replace(untrusted=True)
            case Mode.ENFORCE:
                raise refusal()

    async def manifests(self) -> AsyncGenerator[Manifest]:
        """The manifest as it is, and each that takes its place from then on."""
        yield self.manifest
        while True:
            await asyncio.sleep(self._pause)
            if await asyncio.to_thread(self._reread):
                yield self.manifest

    def _reread(self) -> bool:
        """Whether there is another manifest, which is from now on the one."""
        marks = _marks_of(self.path)
        if marks == self._marks:
            return False
        self._marks = marks
        try:
            self.manifest = manifest_at(self.path)
        except (ManifestError, OSError) as error:
            _log.error("trusted_documents_kept", reason=str(error))
            return False
        _log.info("trusted_documents", documents=len(self.manifest.texts))
        return True


def refusal() -> HttpError:
    """Of what is not trusted, by its text or its id."""
    headers = {"cache-control": "no-store"}
    return HttpError(403, CODE, _MESSAGE, headers=headers, hint=_HINT)


def warning() -> dict[str, str]:
    """What a client is told whose document would be refused."""
    return {"code": CODE, "message": _MESSAGE, "hint": _HINT}


def _marks_of(path: Path) -> Marks:
    """What is there now; nothing, if that cannot be said."""
    try:
        marked = [(file, file.stat()) for file in files_at(path)]
    except (ManifestError, OSError):
        return ()
    return tuple((str(f), is_.st_mtime_ns, is_.st_size, is_.st_ino) for f, is_ in marked)
