"""In charge of what is found: what was promised, what was seen, and whether the promise holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Finding(NamedTuple):
    """One promise."""

    promise: str
    seen: str
    holds: bool


def table(scenario: str, findings: Sequence[Finding]) -> str:
    """The findings of one scenario, for a terminal."""
    width = max(len(each.promise) for each in findings)
    lines = [
        f"  {'ok  ' if each.holds else 'FAIL'}  {each.promise:<{width}}  {each.seen}"
        for each in findings
    ]
    return "\n".join([scenario, *lines, ""])


def milliseconds(seconds: float) -> str:
    """As a person reads it."""
    return f"{seconds * 1000:.0f} ms"
