"""In charge of what a store tells of how it answers: its own plan of what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from catalog.templates import Ask


class StorePlan(NamedTuple):
    """What a store is sent, and how it goes about it: its plan in JSON, or why there is none."""

    text: str
    plan: Any = None
    unknown: str | None = None


@runtime_checkable
class Explains(Protocol):
    """A source that tells. It asks the store once more, and changes nothing."""

    async def explained(self, asks: Sequence[Ask]) -> list[StorePlan]:
        """The plans for what one call of these reads sends."""
        ...
