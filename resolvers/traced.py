"""In charge of the span around a user-written resolver, where graphql-core calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.info import Info

from telemetry.spans import span


class Traced(FieldExtension):
    """A span around a user-written resolver."""

    def __init__(self, name: str) -> None:
        self.name = name

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Runs a plain function."""
        with span(self.name):
            return next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any
    ) -> Any:
        """Runs a coroutine function."""
        with span(self.name):
            return await next_(source, info, **kwargs)
