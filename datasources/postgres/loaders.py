"""In charge of how psycopg reads dates and times: in UTC, and never failing a whole answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader

from catalog.errors import StoredValueError


def _loader(name: str, parse: Callable[[str], Any]) -> type[Loader]:
    class Parsed(Loader):
        def load(self, data: Buffer) -> Any:
            try:
                return parse(str(data, "ascii"))
            except ValueError:
                # Postgres knows infinity, 24:00, and years before 1 and after 9999.
                return StoredValueError(f"The stored value is no {name} that can be served.")

    return Parsed


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_loader("date", _loader("Date", date.fromisoformat))
    adapters.register_loader("time", _loader("Time", time.fromisoformat))
    adapters.register_loader("timetz", _loader("Time", time.fromisoformat))
    adapters.register_loader("timestamptz", _loader("DateTime", datetime.fromisoformat))
    without_zone = _loader("DateTime", lambda text: datetime.fromisoformat(f"{text}+00"))
    adapters.register_loader("timestamp", without_zone)
    return adapters


ADAPTERS = _adapters()
"""Psycopg's own, but for dates and times; for sessions in UTC with dates in ISO's style."""
