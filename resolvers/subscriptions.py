"""In charge of subscriptions: a source of events, and what each of them is to who subscribes.

The source is a function of the user's. Each event is executed as a query is, by a context of its
own, so that it sees what is there by then.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Sequence
from contextlib import aclosing
from inspect import isawaitable
from typing import Any, cast

import graphql
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, located_error
from graphql.execution.collect_fields import collect_fields
from strawberry import Schema

from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.introspection import Introspection, introspection_of
from resolvers.documents.parsing import Tree, tree_in
from resolvers.limits.limits import limits_of

_core: Any = graphql  # whose own types for what is used of it here are half unknown


class Source:
    """The events of one subscription."""

    def __init__(self, executor: Any, stream: AsyncIterable[Any]) -> None:
        self._executor = executor
        self._stream = stream

    async def events(self) -> AsyncGenerator[Any]:
        """Each as it comes; raises ``GraphQLError`` for whatever the source fails with."""
        try:
            if not hasattr(self._stream, "aclose"):
                async for event in self._stream:
                    yield event
                return
            async with aclosing(cast("AsyncGenerator[Any]", self._stream)) as stream:
                async for event in stream:
                    yield event
        except Exception as error:
            raise self._located(error) from error

    async def answer(self, event: Any, context: Context) -> ExecutionResult:
        """What is told of an event."""
        executor = self._executor.build_per_event_executor(event)
        executor.context_value = context
        result = _core.execute_subscription_event(executor)
        return await result if isawaitable(result) else result

    def _located(self, error: Exception) -> GraphQLError:
        """The error of the one field that a subscription has."""
        made = self._executor
        root, operation = made.schema.subscription_type, made.operation
        grouped: Any = collect_fields(
            made.schema, made.fragments, made.variable_values, root, operation, False
        ).grouped_field_set
        key, fields = next(iter(grouped.items()))
        return located_error(error, [each.node for each in fields], [key])


def subscription_in(schema: GraphQLSchema, query: str, name: str | None) -> Tree | None:
    """The subscription that is asked for, valid or not; None if it is something else."""
    if schema.subscription_type is None:
        return None
    tree = tree_in(query, name, limits_of(schema))
    return tree if tree and tree.node.operation is OperationType.SUBSCRIPTION else None


async def source_of(
    schema: Schema, tree: Tree, context: Context, given: Mapping[str, Any]
) -> Source | Sequence[GraphQLError]:
    """The source of a valid subscription, or why there is none; variables are as they came."""
    core = core_of(schema)
    executor: Any = cast("Any", schema).execution_context_class.build(
        core,
        tree.document,
        None,
        context,
        dict(given),
        tree.node.name.value if tree.node.name else None,
        operation_extensions=None,
        hide_suggestions=introspection_of(core) is not Introspection.ALL,
    )
    if isinstance(executor, list):
        return cast("list[GraphQLError]", executor)
    stream = _core.create_source_event_stream(executor)
    stream = await stream if isawaitable(stream) else stream
    if isinstance(stream, ExecutionResult):
        return stream.errors or ()
    return Source(executor, stream)
