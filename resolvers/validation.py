"""In charge of validation: whether a document may be run against the schema.

Strawberry's own rule for `@oneOf` fails over a variable in a fragment, when the operation before it
declares no such variable. graphql-core has rules that do not, once it knows what is one; but its
rule for variables overlooks inputs that are not null, as those in a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, cast

import graphql
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    NonNullTypeNode,
    OperationDefinitionNode,
    ValidationRule,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

_DOCUMENTS: Final = 128
# graphql-core's own types for this are half unknown.
_named: Any = cast("Any", graphql).get_named_type


class OneOfVariables(ValidationRule):
    """What stands for the one value of a `@oneOf` cannot be null."""

    def leave_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Once all uses of its variables are known, those in fragments included."""
        declared = {each.variable.name.value: each for each in node.variable_definitions or ()}
        context: Any = self.context
        for usage in context.get_recursive_variable_usages(node):
            kind, definition = _named(usage.parent_type), declared.get(usage.node.name.value)
            one_of = isinstance(kind, GraphQLInputObjectType) and kind.is_one_of
            if one_of and definition and not isinstance(definition.type, NonNullTypeNode):
                name = definition.variable.name.value
                message = f"Variable '${name}' must be non-null to be the one value of '{kind}'."
                self.report_error(GraphQLError(message, [definition, usage.node]))


_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfVariables)


def errors_in(schema: GraphQLSchema, document: DocumentNode) -> Sequence[GraphQLError]:
    """What is wrong with a document; nothing if it may be run."""
    return validate(schema, document, _RULES)


def tell_one_of(schema: GraphQLSchema) -> None:
    """Tells graphql-core which inputs Strawberry holds for `@oneOf`."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            definition: Any = kind.extensions.get("strawberry-definition")
            kind.is_one_of = bool(definition and definition.is_one_of)


class Validation(SchemaExtension):
    """Validates in Strawberry's place; documents that came lately are known."""

    def on_validate(self) -> Iterator[None]:
        """Before Strawberry would, which does not where that is done already."""
        context: Any = self.execution_context
        if context.pre_execution_errors is None:
            core = cast("GraphQLSchema", context.schema._schema)  # noqa: SLF001 (it is hidden)
            context.pre_execution_errors = _remembered(core, context.graphql_document)
        yield


_remembered = lru_cache(_DOCUMENTS)(errors_in)
