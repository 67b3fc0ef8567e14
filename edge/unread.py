"""In charge of what cannot be read as a request: it is counted, and told of once in a while.

A line for each would fill the log for whoever sends nothing but that, as fast as he can.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from telemetry import count_errors, logger

_EVERY: Final = 5.0
"""Seconds between two lines."""

_log = logger("http")


class Unread:
    """Those of one process that were turned away before there was a request."""

    def __init__(self) -> None:
        self._codes = Counter[str]()
        self._client: str | None = None
        self._said = -_EVERY

    def add(self, code: str, client: tuple[str, int] | None) -> None:
        """One more, who was told this code."""
        count_errors((code,))
        self._codes[code] += 1
        self._client = client and client[0]

    def look(self, now: float) -> None:
        """Tells of those since the last line, if that was a while ago."""
        if self._codes and now - self._said >= _EVERY:
            self._said = now
            self.say()

    def say(self) -> None:
        """Tells of those that are not told of yet: how many by code, and the last one's address."""
        if self._codes:
            _log.warning("requests_not_read", codes=dict(self._codes), last_client=self._client)
            self._codes.clear()
