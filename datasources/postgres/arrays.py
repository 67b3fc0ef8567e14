"""In charge of arrays on their way into Postgres, of values of one type and null."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Sequence
from typing import Any, Final

import orjson

_PLAIN: Final = frozenset({int, float, bool, decimal.Decimal, datetime.time, datetime.datetime})
"""Types whose text is one that Postgres reads, and that nothing in an array's text is."""

_AS_IN_JSON: Final = frozenset({int, bool, uuid.UUID, datetime.date, datetime.datetime})
"""Types that JSON writes as Postgres reads them, nulls as well, in a tenth of the time."""


def array_of(values: Sequence[Any]) -> bytes | None:
    """The values as the text of an array; None for others, which psycopg writes one by one."""
    kinds = set(map(type, values))
    nulls = type(None) in kinds
    kinds.discard(type(None))
    kind = kinds.pop() if len(kinds) == 1 else None
    if kinds or kind is None:
        return None
    if kind is str:
        return _texts(values, nulls=nulls)
    if kind in _AS_IN_JSON and (written := _as_in_json(values, kind)) is not None:
        return written
    if kind not in _PLAIN:
        return None
    texts = ["NULL" if v is None else str(v) for v in values] if nulls else map(str, values)
    return b"{%s}" % ",".join(texts).encode()


def _as_in_json(values: Sequence[Any], kind: type) -> bytes | None:
    """None if a number, or the offset of a moment, is none that JSON is written for."""
    if kind is datetime.datetime:
        zones = {value.tzinfo for value in values if value is not None}
        if not zones <= {None, datetime.UTC}:
            return None
    try:
        return b"{%s}" % orjson.dumps(values)[1:-1]
    except TypeError:
        return None


def _texts(values: Sequence[Any], *, nulls: bool) -> bytes | None:
    # All at once: a NUL, which Postgres holds in no text, keeps them apart while they are escaped.
    texts = [value for value in values if value is not None] if nulls else values
    text = "\0".join(texts)
    if text.count("\0") != len(texts) - 1:
        return None
    text = text.replace("\\", r"\\").replace('"', r"\"")
    if not nulls:
        return b'{"%s"}' % text.replace("\0", '","').encode()
    escaped = iter(text.split("\0"))
    written = ["NULL" if value is None else f'"{next(escaped)}"' for value in values]
    return b"{%s}" % ",".join(written).encode()
