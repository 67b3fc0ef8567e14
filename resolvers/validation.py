"""In charge of validation: whether a document may be run against the schema.

Strawberry's own rule for `@oneOf` fails over a variable in a fragment, when the operation before it
declares no such variable. graphql-core has rules that do not, once it knows what is one; but its
rule for variables overlooks inputs that are not null, as those in a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

import graphql
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeInfo,
    ValidationContext,
    ValidationRule,
    get_operation_ast,
    specified_rules,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from resolvers.context import Context
from resolvers.info import core_of
from resolvers.introspection import Introspection, introspection_of, refusals, reworded
from resolvers.limits.judging import is_refusal, judge_of
from resolvers.parsing import KNOWN, is_short
from resolvers.walking import Uses, Walk
from telemetry.stages import stage

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


RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfVariables)


def errors_in(schema: GraphQLSchema, document: DocumentNode) -> Sequence[GraphQLError]:
    """What is wrong with a document; nothing if it may be run.

    What is over a limit is looked at no further. Raises RecursionError.
    """
    with stage("validate"):
        return judge_of(schema).refusals(document) or faults_in(schema, document)


def faults_in(schema: GraphQLSchema, document: DocumentNode) -> Sequence[GraphQLError]:
    """What is invalid in a document.

    It suggests what may have been meant only where all of the schema is told to everybody.
    """
    told = introspection_of(schema)
    errors = _found(schema, document, quiet=told is not Introspection.ALL)
    return [*errors, *refusals(document)] if told is Introspection.OFF else errors


def _found(schema: GraphQLSchema, document: DocumentNode, *, quiet: bool) -> list[GraphQLError]:
    """What the rules find, as graphql-core's `validate` has them find it, in half of its time.

    That goes from node to node by calls that are for changing documents, asks every rule about
    every node, and looks for the uses of variables by itself.
    """
    errors: list[GraphQLError] = []

    def note(error: GraphQLError) -> None:
        if len(errors) >= _MOST:
            raise ValidationAbortedError(_TOO_MANY)
        errors.append(error)

    info = TypeInfo(schema)
    context: Any = ValidationContext(schema, document, info, note, quiet)
    for held in _HELD:
        setattr(context, held, _ByNode())
    setattr(context, _USES, _UsesByNode(Uses(info)))
    try:
        Walk(info, [rule(context) for rule in RULES]).through(document)
    except ValidationAbortedError as error:
        error.__context__ = None  # or it would keep all that was looked at
        errors.append(error.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError(_TOO_DEEP))
    return errors


_MOST: Final = 100  # errors
_TOO_MANY: Final = "Too many validation errors, error limit reached. Validation aborted."
_TOO_DEEP: Final = "Validation aborted."
_USES: Final = "_variable_usages"
_HELD: Final = ("_fragment_spreads", "_recursive_variable_usages")
"""Where graphql-core keeps what it finds below a node; if it is elsewhere, it is merely slower."""


class _ByNode(dict[Any, Any]):
    """Holds what was found below a node by the node itself, which the document keeps alive.

    graphql-core hashes a node by hashing everything below it, ten times in a small document.
    """

    def get(self, node: Node, default: Any = None) -> Any:
        """What was found."""
        return super().get(id(node), default)

    def __setitem__(self, node: Node, found: Any) -> None:
        super().__setitem__(id(node), found)


class _UsesByNode(_ByNode):
    """The uses of variables below a node, found when they are asked for first."""

    def __init__(self, uses: Uses) -> None:
        super().__init__()
        self._uses = uses

    def get(self, node: Node, default: Any = None) -> Any:
        """What was found, or is found now."""
        found = super().get(node, default)
        if found is None:
            found = self[node] = self._uses.of(node)
        return found


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
            document = context.graphql_document
            node = get_operation_ast(document, context.operation_name)
            context.pre_execution_errors = refusals_of(
                core_of(context.schema),
                context.query,
                (document, node),
                context.context,
                context.variables or {},
            )
        yield


def refusals_of(
    core: GraphQLSchema,
    query: str,
    tree: tuple[DocumentNode, OperationDefinitionNode | None],
    context: Context,
    given: Mapping[str, Any],
) -> Sequence[GraphQLError]:
    """What is wrong with a document, as this viewer is told it, or with variables of it."""
    document, node = tree
    errors = (_remembered if is_short(query) else errors_in)(core, document)
    if not errors:
        refused = node and judge_of(core).refusal(document, node, given)
        return [refused] if refused else []
    if introspection_of(core) is Introspection.ALLOWED and not is_refusal(errors):
        return reworded(errors, faults_in(context.shown, document))
    return errors


_remembered = lru_cache(KNOWN)(errors_in)
