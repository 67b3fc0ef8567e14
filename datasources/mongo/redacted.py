"""In charge of commands as text without values: what people compare with is left out.

Values stand in what `$match` and `$geoNear` look for, and inside `$literal`; all else is of the
models' making.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from datasources.mongo.pipelines import Command

_VALUE: Final = "?"


def command_text(command: Command) -> str:
    """A command on one line, with `?` in place of each value."""
    shown = {"aggregate": command.collection or 1, "pipeline": _shown(command.pipeline)}
    return json.dumps(shown, default=str)


def _shown(part: Any) -> Any:
    """A part of a pipeline that is stages, or an expression."""
    if isinstance(part, list):
        return [_shown(each) for each in cast("list[Any]", part)]
    if isinstance(part, Mapping):
        return {name: _named(name, each) for name, each in cast("dict[str, Any]", part).items()}
    return part


def _named(name: str, part: Any) -> Any:
    match name:
        case "$literal":
            return _VALUE
        case "$match" | "near" | "query":
            return _sought(part)
        case _:
            return _shown(part)


def _sought(part: Any) -> Any:
    """What is looked for: fields and operators, and any value that is neither."""
    if isinstance(part, Mapping):
        parts = cast("dict[str, Any]", part)
        return {k: _shown(each) if k == "$expr" else _sought(each) for k, each in parts.items()}
    if isinstance(part, list):
        found = [_sought(each) for each in cast("list[Any]", part) if isinstance(each, Mapping)]
        return found or [_VALUE]
    return _VALUE
