"""In charge of writing Python values as GraphQL literals."""

from __future__ import annotations

import json
from typing import Any


class Name(str):
    """A value of an enum: bare in a literal, text in variables."""

    __slots__ = ()


def literal(value: Any) -> str:
    """The literal that means the same as the value would in variables."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
