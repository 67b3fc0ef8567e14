"""In charge of values as Postgres writes them: dates and times are read only where they must be.

An answer holds text again, and most of it can be had without making a date of it in between.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import orjson
import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap
from psycopg.types.json import JsonLoader
from psycopg.types.string import TextLoader

from catalog.errors import StoredValueError

_WRITTEN: Final = ("date", "time", "timetz", "timestamp", "timestamptz")
_TO_THE_SECOND: Final = len("2013-01-01 05:00:00")
# Of each kind: the rows of one answer, and of the next, often tell the same days and hours.
_REMEMBERED: Final = 4096


class _Json(JsonLoader):
    """Reads JSON; what Python cannot read is amiss at its place, and others' rows are told."""

    def load(self, data: Buffer) -> Any:
        """The value; thousands of levels, or of digits, are more than can be served."""
        text = str(data, "utf-8")
        try:
            return _read_json(text)
        except (ValueError, RecursionError):
            return _read_large(text)


def _read_large(text: str) -> Any:
    """JSON, in which there may be numbers that no float can be."""
    try:
        return _read_large_json(text)
    except (ArithmeticError, ValueError, RecursionError):
        return StoredValueError("The stored value is no JSON that can be served.")


def _large_number(text: str) -> float | int:
    number = float(text)
    if math.isfinite(number):
        return number
    exact = Decimal(text)
    if exact.adjusted() >= _MOST_DIGITS or exact != exact.to_integral_value():
        raise ValueError
    return int(exact)


_MOST_DIGITS: Final = 4300
"""Of a whole number that Python makes a text of."""
# Of the text of a number orjson makes the float that Python makes, and refuses infinity.
_read_json: Final = json.JSONDecoder(parse_float=orjson.loads).decode
_read_large_json: Final = json.JSONDecoder(parse_float=_large_number).decode


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    for name in ("json", "jsonb"):
        adapters.register_loader(name, _Json)
    for name in _WRITTEN:
        adapters.register_loader(name, TextLoader)
    return adapters


ADAPTERS = _adapters()
"""Psycopg's own, but for JSON, dates and times; for sessions in UTC with dates in ISO's style."""


def _reader(name: str, parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return parse(text)
        except ValueError:
            # Postgres knows infinity, 24:00, and years before 1 and after 9999.
            return StoredValueError(f"The stored value is no {name} that can be served.")

    return read


date_of = _reader("Date", date.fromisoformat)
time_of = _reader("Time", time.fromisoformat)
moment_of = _reader("DateTime", datetime.fromisoformat)
moment_without_zone_of = _reader("DateTime", lambda text: datetime.fromisoformat(f"{text}+00"))


@lru_cache(_REMEMBERED)
def moment_text(text: str) -> str:
    """A `timestamptz` as answers tell it; ValueError if they cannot."""
    if len(text) == _TO_THE_SECOND + 3 and text.endswith("+00"):
        return f"{text[:10]}T{text[11:]}:00"
    return datetime.fromisoformat(text).isoformat()


@lru_cache(_REMEMBERED)
def moment_without_zone_text(text: str) -> str:
    """The same of a `timestamp`, which is in UTC."""
    if len(text) == _TO_THE_SECOND:
        return f"{text[:10]}T{text[11:]}+00:00"
    return datetime.fromisoformat(f"{text}+00").isoformat()


@lru_cache(_REMEMBERED)
def date_text(text: str) -> str:
    """The same of a date."""
    return date.fromisoformat(text).isoformat()


@lru_cache(_REMEMBERED)
def time_text(text: str) -> str:
    """The same of a time of day."""
    return time.fromisoformat(text).isoformat()
