"""In charge of what is seen of the operation that is run: its name, its span, those of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from graphql import OperationDefinitionNode
from opentelemetry.trace import Span
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionContext

from edge.errors import OperationError
from resolvers.documents.info import RawInfo
from telemetry import current, span
from telemetry.spans import UNRECORDED, recording

_LONGEST_NAME = 100  # of what is seen; a document may give it thousands of characters


class Observe(SchemaExtension):
    """Opens the operation's span, and notes its name for the log line."""

    def on_execute(self) -> Iterator[None]:
        """Around the execution of a valid document."""
        context = self.execution_context
        _check_named(context)
        kind = context.operation_type.value.lower()
        with observed(context.operation_name, kind, context.query):
            yield


def observed(name: str | None, kind: str, document: str | None) -> AbstractContextManager[Span]:
    """The operation's span; its name and its document are noted for the lines in the log."""
    name = name and name[:_LONGEST_NAME]
    tally = current()
    tally.operation, tally.kind, tally.document = name, kind, document
    if not recording():
        return UNRECORDED
    attributes = {
        "graphql.operation.type": kind,
        **({"graphql.operation.name": name} if name else {}),
    }
    return span(f"{kind} {name}" if name else kind, attributes=attributes)


def _check_named(context: ExecutionContext) -> None:
    """Refuses several operations without a name: Strawberry would run the first of them."""
    # Strawberry offers no other way: its `operation_name` is then that of the first.
    named: object = getattr(context, "_provided_operation_name")  # noqa: B009
    nodes = context.graphql_document.definitions if context.graphql_document else ()
    if named is None and sum(isinstance(node, OperationDefinitionNode) for node in nodes) > 1:
        raise OperationError("The document holds several operations; name one of them.")


class TraceFields(SchemaExtension):
    """A span around leaves, too: for looking closely, at a price. Resolvers have theirs anyway."""

    def resolve(
        self,
        _next: Callable[..., Any],
        root: Any,
        info: RawInfo,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Around one field of one object."""
        definition = info.parent_type.fields[info.field_name].extensions.get(_DEFINITION)
        if definition is not None and not definition.is_basic_field:
            return _next(root, info, *args, **kwargs)
        with span(f"{info.parent_type.name}.{info.field_name}"):
            return _next(root, info, *args, **kwargs)


_DEFINITION = "strawberry-definition"
