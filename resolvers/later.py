"""In charge of what is read later: once somebody asks for it, and then once for all who do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

Found = TypeVar("Found")
Reading = Coroutine[Any, Any, Found]


class Later(Generic[Found]):
    """A read that is begun by whoever asks first. Who asks and goes ends it for nobody else.

    All that were begun in a request are ended with it; ``begun`` holds them.
    """

    def __init__(self, read: Callable[[], Reading[Found]], begun: list[asyncio.Task[Any]]) -> None:
        self._read = read
        self._begun = begun
        self._task: asyncio.Task[Found] | None = None

    async def found(self) -> Found:
        """What is found; raises what reading does."""
        if self._task is None:
            self._task = asyncio.create_task(self._read())
            self._begun.append(self._task)
        return await asyncio.shield(self._task)
