"""In charge of variables' values, which are coerced here, and not by graphql-core.

That takes a tenth of the time, which matters where there are many rows. What will not do is left
to graphql-core, which says what is amiss.

Answers are whole, whatever `@defer` and `@stream` say; `parts.py` has those that come in parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import graphql
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_operation_ast,
)
from graphql.execution.executor import Executor
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import (
    VariableValues,
    VariableValueSource,
    get_variable_values,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.documents.bare import with_guess
from resolvers.documents.coercers import Coerce, Coercers, UnfitError

_EXTENSION: Final = "bigraph.coercions"
_WHOLE: Final[Any] = Executor  # graphql-core's own types for it are half unknown


def coercer_of(schema: GraphQLSchema, definition: VariableDefinitionNode) -> Coerce:
    """What makes the values of a variable."""
    # graphql-core's own type for it is half unknown.
    kind = cast("Any", graphql).type_from_ast(schema, definition.type)
    return schema.extensions.setdefault(_EXTENSION, Coercers()).of(kind)


def coerced_by_core(
    schema: GraphQLSchema,
    definitions: Sequence[VariableDefinitionNode],
    given: Mapping[str, Any],
) -> VariableValues | GraphQLError:
    """What graphql-core makes of variables, or the first thing that is amiss with them.

    Left to itself it tells of all, each with guesses at what was meant: of a filter of twenty
    thousand unknown fields for most of a minute.
    """
    found = get_variable_values(schema, definitions, {**given}, max_errors=1, hide_suggestions=True)
    return found if isinstance(found, VariableValues) else found[0]


class CoercingContext(StrawberryGraphQLCoreExecutionContext):
    """Executes operations whose variables are coerced here; their answers are whole."""

    execute_collected_root_fields: Any = _WHOLE.execute_collected_root_fields
    execute_collected_subfields: Any = _WHOLE.execute_collected_subfields

    def get_stream_usage(self, field_details_list: Any, path: Any) -> Any:  # noqa: ARG002
        """None: lists are whole, too."""
        return

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *given: Any,
        **named: Any,
    ) -> Any:
        """An executor, or the errors of a request that cannot be executed."""
        operation, raw = get_operation_ast(document, operation_name), raw_variable_values or {}
        definitions = operation.variable_definitions if operation else ()
        values = _quickly(schema, definitions, raw) if definitions and raw else None
        if operation and values:
            document, raw = _without_variables(document, operation), {}
        build = cast("Any", super()).build
        made = build(
            *(schema, document, root_value, context_value, raw, operation_name, *given), **named
        )
        if isinstance(made, list):
            first, *others = cast("list[GraphQLError]", made)
            return [_guessed(schema, first, raw), *others]
        if operation and values:
            made.operation, made.variable_values = operation, values
        return made


def _guessed(schema: GraphQLSchema, error: GraphQLError, given: Mapping[str, Any]) -> GraphQLError:
    """An error about a variable, with what its value may have been meant as."""
    for node in error.nodes or ():
        if isinstance(node, VariableDefinitionNode) and node.variable.name.value in given:
            name = node.variable.name.value
            kind = cast("Any", graphql).type_from_ast(schema, node.type)
            return with_guess(error, name, given[name], kind)
    return error


def _without_variables(document: DocumentNode, operation: OperationDefinitionNode) -> DocumentNode:
    bare = replace(operation, variable_definitions=())
    return replace(
        document,
        definitions=tuple(bare if each is operation else each for each in document.definitions),
    )


def _quickly(
    schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode], given: Mapping[str, Any]
) -> VariableValues | None:
    """All values; None where graphql-core must look, as at variables that have defaults."""
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for definition in definitions:
        name = definition.variable.name.value
        signature: Any = get_variable_signature(schema, definition)
        if isinstance(signature, GraphQLError):
            return None
        if name in given:
            sources[name] = VariableValueSource(signature, given[name])
            try:
                coerced[name] = coercer_of(schema, definition)(given[name], 0)
            except UnfitError:
                return None
        elif definition.default_value or isinstance(definition.type, NonNullTypeNode):
            return None
        else:
            sources[name] = VariableValueSource(signature)
    return VariableValues(sources, coerced)
