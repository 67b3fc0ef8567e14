"""In charge of answers in parts: what `@defer` and `@stream` leave for later, by graphql-core.

A root field of which nothing is left for later by itself is completed as ever, also where it comes
later as a whole. Who asks for one answer gets it whole, whatever the directives say: see
`coercion.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from inspect import isawaitable
from typing import Any, Final, cast

import graphql
import orjson
from graphql import (
    BooleanValueNode,
    DirectiveNode,
    ExecutionResult,
    ExperimentalIncrementalExecutionResults,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.executor import Executor
from graphql.execution.incremental import IncrementalExecutor
from strawberry import Schema

from resolvers.context import Context, Told
from resolvers.documents.info import core_of
from resolvers.documents.parsing import Tree
from resolvers.errors import InputError
from resolvers.limits.judging import defaults_of
from resolvers.reasons import Form, Reason
from telemetry.counts import count_completion

DEFER: Final = "defer"
STREAM: Final = "stream"
_DIRECTIVES: Final = {DEFER, STREAM}
_core: Any = IncrementalExecutor  # graphql-core's own types for it are half unknown


def may_divide(query: str) -> bool:
    """Whether a document may ask for parts, by a look at its text: most do not."""
    return "@" in query and ("defer" in query or "stream" in query)


def divides(tree: Tree, given: Mapping[str, Any]) -> bool:
    """Whether an answer may come in parts: of a query, in which something is left for later.

    What a mutation answers is a part of what it does, and is told whole.
    """
    if tree.node.operation is not OperationType.QUERY:
        return False
    parts = [n for n in tree.document.definitions if isinstance(n, FragmentDefinitionNode)]
    fragments = {each.name.value: each for each in parts}
    values = {**defaults_of(tree.node), **given}
    return _is_divided(tree.node.selection_set.selections, fragments, values)


def _is_divided(
    selections: Sequence[SelectionNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    values: Mapping[str, Any],
) -> bool:
    """Whether anything in them is left for later."""
    unseen, seen = [selections], set[str]()
    while unseen:
        for node in unseen.pop():
            if any(_is_on(each, values) for each in node.directives or ()):
                return True
            inner: SelectionSetNode | None = None
            if not isinstance(node, FragmentSpreadNode):
                inner = cast("FieldNode", node).selection_set
            elif node.name.value in fragments and node.name.value not in seen:
                seen.add(node.name.value)
                inner = fragments[node.name.value].selection_set
            if inner:
                unseen.append(inner.selections)
    return False


def _is_on(directive: DirectiveNode, values: Mapping[str, Any]) -> bool:
    if directive.name.value not in _DIRECTIVES:
        return False
    said = next((each.value for each in directive.arguments or () if each.name.value == "if"), None)
    match said:
        case BooleanValueNode():
            return said.value
        case VariableNode():
            return values.get(said.name.value) is not False
        case _:
            return True


async def begun(
    schema: Schema, tree: Tree, context: Context, given: Mapping[str, Any]
) -> ExecutionResult | ExperimentalIncrementalExecutionResults:
    """The first part of the answer to a valid query, and what gives the others; or all of it."""
    result = _execute(
        core_of(schema),
        tree.document,
        context_value=context,
        variable_values=dict(given),
        operation_name=tree.node.name.value if tree.node.name else None,
        executor_class=_dividing(cast("Any", schema).execution_context_class),
        operation_extensions=None,
    )
    return await result if isawaitable(result) else result


class _Dividing(IncrementalExecutor):
    """What makes parts of an answer, where else it would be whole."""

    execute_collected_root_fields: Any = _core.execute_collected_root_fields
    execute_collected_subfields: Any = _core.execute_collected_subfields

    def execute_field(
        self,
        parent_type: Any,
        source: Any,
        field_details_list: Any,
        path: Any,
        position_context: Any,
    ) -> Any:
        """The value of a field, or what will be: of a root field perhaps JSON already."""
        if path.prev is None:
            if answer := self._answer(field_details_list, path.key):
                return self._answered(answer)
            if field_details_list[0].node.name.value != "__typename":
                count_completion(Form.STANDARD, Reason.PARTS)
        usual: Any = super().execute_field
        return usual(parent_type, source, field_details_list, path, position_context)

    def _answer(self, asked: Sequence[Any], key: str) -> Callable[[], Awaitable[Told]] | None:
        """What completes a root field directly, if it is to come in one piece."""
        context: Context = self.context_value
        answer = (context.answers or {}).get(key)
        if answer is None or len({id(each.defer_usage) for each in asked}) > 1:
            return None
        fragments = {name: each.definition for name, each in self.fragments.items()}
        nodes = [each.node for each in asked]
        return None if _is_divided(nodes, fragments, self.variable_values.coerced) else answer

    async def _answered(self, answer: Callable[[], Awaitable[Told]]) -> Any:
        data, errors = await answer()
        if data is None:  # a null has spread to the top, from one of them
            *errors, spread = errors
            self.collected_errors.errors.extend(errors)
            raise spread
        self.collected_errors.errors.extend(errors)
        return orjson.Fragment(data)

    def get_stream_usage(self, field_details_list: Any, path: Any) -> Any:
        """What `@stream` says of a list."""
        try:
            return _core.get_stream_usage(self, field_details_list, path)
        except ValueError:
            message = "The initialCount of @stream must not be negative."
            raise InputError(message) from None

    def build_stream_item_queue(self, *given: Any, **named: Any) -> Any:
        """Items are begun when the first of them is to be told, and then all at once.

        One after the other, each would ask the stores by itself for what it needs.
        """
        self.enable_early_execution = True
        try:
            queue: Any = _core.build_stream_item_queue(self, *given, **named)
        finally:
            self.enable_early_execution = False
        queue._eager = False  # noqa: SLF001 (graphql-core has no other word for it)
        return queue


@cache
def _dividing(whole: type[Executor[Any]]) -> type[Executor[Any]]:
    """The executor that is like another, but for that."""
    return cast("type[Executor[Any]]", type(f"{whole.__name__}InParts", (_Dividing, whole), {}))


_execute: Any = cast("Any", graphql).experimental_execute_incrementally
