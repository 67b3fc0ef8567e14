"""In charge of the documents that a call of a routine gives: its stages, with values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from catalog.query import Read
from catalog.routine import Argument, Call, Given
from catalog.summary import Summary
from catalog.types import ListType
from datasources.errors import ArgumentInvalid
from datasources.mongo.paths import Stage, origin_of
from datasources.mongo.values import NOTHING, encoded


def rows_of(read: Read | Summary) -> tuple[str, list[Stage]]:
    """The collection that a read's documents come from, and the stages that make them of it.

    Raises ``ArgumentInvalid`` for a value that MongoDB has not.
    """
    if read.call is None:
        return origin_of(read.entity)
    body = read.call.routine.body
    given = dict(_given(read.call))
    return body.collection, [_filled(stage, given) for stage in body.stages]


def _given(call: Call) -> list[tuple[str, Any]]:
    return [(name, _sent(*pair)) for name, pair in call.by_name.items()]


def _sent(argument: Argument, value: Any) -> Any:
    kind = argument.type
    if value is None:
        return None
    item = kind.of if isinstance(kind, ListType) else kind
    sent = [encoded(item, each) for each in (value if isinstance(kind, ListType) else [value])]
    if NOTHING in sent:
        raise ArgumentInvalid("mongo", f"MongoDB has no such value for {argument.api!r}.")
    return sent if isinstance(kind, ListType) else sent[0]


def _filled(part: Any, given: Mapping[str, Any]) -> Any:
    match part:
        case Given(name, literal):
            return {"$literal": given[name]} if literal else given[name]
        case dict():
            members = cast("dict[str, Any]", part)
            return {key: _filled(value, given) for key, value in members.items()}
        case list():
            return [_filled(each, given) for each in cast("list[Any]", part)]
        case _:
            return part
