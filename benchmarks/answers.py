"""In charge of fairness: every server must give the same rows before any is measured."""

from __future__ import annotations

import datetime
import math
import re
from operator import itemgetter
from typing import Any

from benchmarks.servers import Running, asked
from benchmarks.shapes import Shape, bodies

COMPARED = 12
"""Answers of each shape."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def difference(shape: Shape, ours: Running, peer: Running) -> str | None:
    """Where a peer's first answers differ from ours; None if nowhere."""
    left, right = bodies(shape, ours.server.dialect) or [], bodies(shape, peer.server.dialect) or []
    for mine, theirs in list(zip(left, right, strict=True))[:COMPARED]:
        expected = asked(ours.url(shape.name), mine)
        given = asked(peer.url(shape.name), theirs)
        if "errors" in expected or "errors" in given:
            return f"errors: {expected.get('errors')!s:.200} / {given.get('errors')!s:.200}"
        place = first_difference(plain(expected["data"]), plain(given["data"]))
        if place:
            return f"{mine['variables']}: {place}"
    return None


def plain(value: Any) -> Any:
    """Rows as they are, whatever the schema wraps them in; moments as moments, numbers as numbers.

    Groups are in the order of their keys, and a key is a list of texts, as in PostGraphile.
    """
    match value:
        case {"nodes": list(nodes), **others} if not others:
            return plain(nodes)
        case {"aggregate": dict(measures), **others}:
            return plain({**others, **measures})
        case {"key": dict(parts), **others}:
            return plain({**others, "key": list(parts.values())})
        case {"key": list(parts), **others}:
            return {"key": [str(part) for part in parts], **plain(others)}
        case dict():
            return {name: plain(part) for name, part in value.items()}
        case [{"key": _}, *_]:
            return sorted((plain(group) for group in value), key=itemgetter("key"))
        case list():
            return [plain(part) for part in value]
        case str() if _NUMBER.fullmatch(value):
            return float(value)
        case str() if _MOMENT.match(value):
            return datetime.datetime.fromisoformat(value).astimezone(datetime.UTC)
        case _:
            return value


def first_difference(left: Any, right: Any, at: str = "") -> str | None:
    """Where two plain values part, in words; None if they are the same."""
    match left, right:
        case dict(), dict() if left.keys() == right.keys():
            pairs = [(f"{at}.{name}", left[name], right[name]) for name in left]
        case list(), list() if len(left) == len(right):
            pairs = [
                (f"{at}[{i}]", mine, theirs)
                for i, (mine, theirs) in enumerate(zip(left, right, strict=True))
            ]
        case float(), float() | int() if math.isclose(left, right):
            return None
        case _:
            return None if left == right else f"{at}: {left!r:.200} / {right!r:.200}"
    return next(filter(None, (first_difference(a, b, place) for place, a, b in pairs)), None)
