"""In charge of telling operators of documents that are not trusted: each once, and not too many."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from edge.persisted.naming import digest_of
from edge.requests import GraphQLRequest
from telemetry import logger

_KNOWN: Final = 1_000
"""Documents that are known to have been told of; of others it is told anew."""

_LINES: Final = 60
"""In a minute: whoever makes up documents does not fill the log."""

_WINDOW: Final = 60.0
_SHOWN: Final = 1_000  # characters of one
_log = logger("documents")


class Untrusted:
    """Writes into the log what is asked for that is in no manifest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, None] = {}
        self._since = clock()
        self._lines = 0

    def tell(self, asked: GraphQLRequest) -> None:
        """Tells of a document, or of a name of none, if it is new."""
        what = digest_of(asked.query) if asked.query else f"named {asked.named}"[:100]
        if what in self._told or not self._has_room():
            return
        while len(self._told) >= _KNOWN:
            del self._told[next(iter(self._told))]
        self._told[what] = None
        _log.warning(
            "untrusted_document",
            operation=asked.operation_name and asked.operation_name[:100],
            named=asked.named and asked.named[:100],
            sha256=what if asked.query else None,
            document=asked.query[:_SHOWN],
        )

    def _has_room(self) -> bool:
        now = self._clock()
        if now - self._since >= _WINDOW:
            self._since, self._lines = now, 0
        self._lines += 1
        if self._lines == _LINES + 1:
            _log.warning("untrusted_documents_not_told", seconds=_WINDOW)
        return self._lines <= _LINES
