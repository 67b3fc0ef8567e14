"""In charge of how the driver's pool of connections is used, as its events tell."""

from __future__ import annotations

import threading
import time
from typing import Any, Final

from pymongo.monitoring import ConnectionPoolListener

from telemetry import measures
from telemetry.pools import PoolUse

_USUAL: Final = 100
"""Connections that a pool may have, unless its URL says otherwise."""

_WAITED: Final = 0.001
"""Seconds from which on somebody has waited: taking one that is free is told as well."""


class PoolWatch(ConnectionPoolListener):
    """Counts the connections to all members of a cluster. Motor tells from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._most: int = _USUAL
        self._open = self._used = self._waiting = 0

    @property
    def use(self) -> PoolUse:
        """How they are used now."""
        idle = max(0, self._open - self._used)
        return PoolUse(
            "mongodb", most=self._most, used=self._used, idle=idle, waiting=self._waiting
        )

    def _count(self, *, open: int = 0, used: int = 0, waiting: int = 0) -> None:  # noqa: A002
        with self._lock:
            self._open += open
            self._used += used
            self._waiting += waiting

    def pool_created(self, event: Any) -> None:
        """There may be so many."""
        options: dict[str, Any] = event.options or {}
        self._most = options.get("maxPoolSize", _USUAL)

    def connection_created(self, event: Any) -> None:  # noqa: ARG002
        """One more is there."""
        self._count(open=1)

    def connection_closed(self, event: Any) -> None:  # noqa: ARG002
        """One less."""
        self._count(open=-1)

    def connection_check_out_started(self, event: Any) -> None:  # noqa: ARG002
        """Somebody wants one."""
        self._count(waiting=1)

    def connection_check_out_failed(self, event: Any) -> None:
        """And got none."""
        self._count(waiting=-1)
        self._note(event.duration)

    def connection_checked_out(self, event: Any) -> None:
        """And has one."""
        self._count(waiting=-1, used=1)
        self._note(event.duration)

    def connection_checked_in(self, event: Any) -> None:  # noqa: ARG002
        """And gave it back."""
        self._count(used=-1)

    def _note(self, seconds: float) -> None:
        if seconds >= _WAITED:
            measures.waited("mongodb", time.perf_counter() - seconds)

    def pool_ready(self, event: Any) -> None:
        """Says nothing of connections."""

    def pool_cleared(self, event: Any) -> None:
        """Connections tell of their own ends."""

    def pool_closed(self, event: Any) -> None:
        """The same."""

    def connection_ready(self, event: Any) -> None:
        """It was counted when it was made."""
