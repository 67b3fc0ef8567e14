"""In charge of what is seen of an operation: its name, its span, and spans of leaf fields."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from strawberry.extensions import SchemaExtension

from resolvers.info import RawInfo
from telemetry import span


@dataclass(slots=True)
class Operation:
    """What was executed; filled in when the document is understood."""

    name: str | None = None
    kind: str | None = None


operation: ContextVar[Operation] = ContextVar("operation")
"""The operation of the request at hand."""


class Observe(SchemaExtension):
    """Opens the operation's span, and notes its name for the log line."""

    def on_execute(self) -> Iterator[None]:
        """Around the execution of a valid document."""
        context = self.execution_context
        seen = operation.get(Operation())
        seen.name, seen.kind = context.operation_name, context.operation_type.value.lower()
        attributes = {"graphql.operation.type": seen.kind}
        if seen.name:
            attributes["graphql.operation.name"] = seen.name
        with span(f"{seen.kind} {seen.name}" if seen.name else seen.kind, attributes=attributes):
            yield


class TraceFields(SchemaExtension):
    """A span around every field, leaves too: for looking closely, at a price."""

    def resolve(
        self,
        _next: Callable[..., Any],
        root: Any,
        info: RawInfo,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Around one field of one object."""
        with span(f"{info.parent_type.name}.{info.field_name}"):
            value = _next(root, info, *args, **kwargs)
        return self._awaited(value, info) if inspect.isawaitable(value) else value

    async def _awaited(self, value: Awaitable[Any], info: RawInfo) -> Any:
        with span(f"{info.parent_type.name}.{info.field_name}"):
            return await value
