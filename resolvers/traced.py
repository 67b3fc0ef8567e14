"""In charge of the span around a user-written resolver, where graphql-core calls it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from inspect import isasyncgen
from typing import Any, cast

from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.info import Info

from telemetry.spans import recording, span


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
        """Runs a coroutine function; or an asynchronous generator, which runs as it is read."""
        with span(self.name):
            found = next_(source, info, **kwargs)
            if not isasyncgen(found):
                return await found
        return _spanned(self.name, cast("AsyncGenerator[Any]", found)) if recording() else found


async def _spanned(name: str, items: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    """The same items, with a span around the making of each: one around all would leak."""
    async with aclosing(items):
        while True:
            with span(name):
                try:
                    item = await anext(items)
                except StopAsyncIteration:
                    return
            yield item
