"""In charge of requests for which a store has no place: they are refused whole, to be asked again.

A part of an answer would be worth little to who has to ask for all of it once more.
"""

from __future__ import annotations

from typing import Any, Final, cast

import orjson

from datasources.errors import StoreBusy
from edge.errors import HttpError, again
from edge.replies import Body

_AGAIN_SECONDS: Final = 1
"""When to ask again: by then those who are before have been answered, or refused."""


def checked(body: Body, *, kind: str | None = "query") -> Body:
    """The answer of an operation of this kind; raises ``HttpError`` if a store had no place.

    A mutation is answered even then, unless nothing came of any field, so that it may be repeated.
    """
    told = next((each for each in body.errors if _is_busy(each)), None)
    if told is None or (kind != "query" and not _came_to_nothing(body)):
        return body
    message, hint = told["message"], told["extensions"].get("hint")
    raise HttpError(503, StoreBusy.code, message, hint=hint, details=again(_AGAIN_SECONDS))


def is_of(error: HttpError) -> bool:
    """Whether that is why a request was refused."""
    return error.http_code == StoreBusy.code


def _came_to_nothing(body: Body) -> bool:
    """Whether each field of a mutation is null for this reason, and no other."""
    fields = cast("dict[str, Any]", orjson.loads(body.data or b"null") or {})
    refused = {each["path"][0] for each in body.errors if _is_busy(each) and len(each["path"]) == 1}
    return bool(fields) and fields.keys() <= refused


def _is_busy(error: dict[str, Any]) -> bool:
    return error["extensions"]["code"] == StoreBusy.code and bool(error.get("path"))
