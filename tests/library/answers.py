"""In charge of comparing answers: what two right answers to one operation have in common."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any


def data_in(answer: bytes) -> Any:
    """What stands in an answer's JSON, numbers beyond 64 bits and half surrogate pairs included."""
    return json.loads(answer, parse_constant=_refused)


def _refused(word: str) -> Any:
    raise ValueError(f"JSON has no {word}")


def comparable_errors(data: Any, errors: Sequence[dict[str, Any]]) -> Any:
    """Errors, whatever their order and whichever trace they belong to.

    Where a null has spread from a field to an object or a list around it, GraphQL lets an answer
    tell one or several of the errors within; that it tells one is all that is compared.
    """
    exact: list[str] = []
    spread: set[tuple[str | int, ...]] = set()
    for error in errors:
        path = tuple(error.get("path") or ())
        null = _null_above(data, path)
        if null is None:
            exact.append(re.sub(r'"traceId": "\w+"', "", json.dumps(error, sort_keys=True)))
        else:
            spread.add(null)
    return sorted(exact), sorted(spread, key=repr)


def _null_above(data: Any, path: tuple[str | int, ...]) -> tuple[str | int, ...] | None:
    """The place of the null that stands above a path; None if there is none."""
    for length, key in enumerate(path):
        if data is None:
            return path[:length]
        data = data[key]
    return None
