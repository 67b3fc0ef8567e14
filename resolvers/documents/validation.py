"""In charge of validation: whether a document may be run against the schema.

Strawberry's own rule for `@oneOf` fails over a variable in a fragment, when the operation before it
declares no such variable. graphql-core has rules that do not, once it knows what is one; but its
rule for variables overlooks inputs that are not null, as those in a list. What is told is bounded:
of one value (`literals.py`), and of a document; and what is equal is told once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

import graphql
from graphql import (
    ASTValidationRule,
    DocumentNode,
    ExecutableDefinitionsRule,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    KnownFragmentNamesRule,
    LoneAnonymousOperationRule,
    Node,
    NoFragmentCyclesRule,
    NonNullTypeNode,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    TypeInfo,
    UniqueArgumentNamesRule,
    UniqueFragmentNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationNamesRule,
    UniqueVariableNamesRule,
    ValidationContext,
    ValidationRule,
    ValuesOfCorrectTypeRule,
    get_operation_ast,
    specified_rules,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.introspection import (
    Introspection,
    introspection_of,
    refusals,
    reworded,
    together,
    untold,
)
from resolvers.documents.literals import FittingValues
from resolvers.documents.parsing import KNOWN, is_short
from resolvers.documents.walking import Uses, Walk
from resolvers.limits.judging import is_refusal, judge_of
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


_EXCHANGED: Final[Mapping[Any, type[ValidationRule]]] = {ValuesOfCorrectTypeRule: FittingValues}
RULES: Final[Sequence[type[ASTValidationRule]]] = (
    *(_EXCHANGED.get(rule, rule) for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfVariables,
)
_OF_DOCUMENTS: Final = frozenset(
    {
        ExecutableDefinitionsRule,
        KnownFragmentNamesRule,
        LoneAnonymousOperationRule,
        NoFragmentCyclesRule,
        NoUndefinedVariablesRule,
        NoUnusedFragmentsRule,
        NoUnusedVariablesRule,
        UniqueArgumentNamesRule,
        UniqueFragmentNamesRule,
        UniqueInputFieldNamesRule,
        UniqueOperationNamesRule,
        UniqueVariableNamesRule,
    }
)
"""Those that look at no schema: what they find is so of any, and tells nothing of this one."""


def errors_in(
    schema: GraphQLSchema, document: DocumentNode, *, inside: bool = False
) -> Sequence[GraphQLError]:
    """What is wrong with a document; nothing if it may be run.

    What is over a limit is looked at no further. Those inside are told all, and others what the
    schema tells of itself. Raises RecursionError.
    """
    with stage("validate"):
        return judge_of(schema).refusals(document) or faults_in(schema, document, inside=inside)


def faults_in(
    schema: GraphQLSchema, document: DocumentNode, *, inside: bool = False
) -> Sequence[GraphQLError]:
    """What is invalid in a document; equal errors are one, at several places.

    It suggests what may have been meant only where all of the schema is told to everybody, and
    where nothing is, it says of all that the schema has to do with only where it is; and that once
    there is nothing else, or whether it is there would tell what the schema holds.
    """
    told = introspection_of(schema)
    found = _found(schema, document, quiet=told is not Introspection.ALL and not inside)
    if told is not Introspection.OFF:
        return together(found.errors)
    errors = found.errors if inside else found.own or untold(found.errors)
    return together([*errors, *refusals(document)])


class _Found(NamedTuple):
    """What is wrong with a document, and what of that is so whatever the schema."""

    errors: list[GraphQLError]
    own: list[GraphQLError]


def _found(schema: GraphQLSchema, document: DocumentNode, *, quiet: bool) -> _Found:
    """What the rules find, as graphql-core's `validate` has them find it, in half of its time.

    That goes from node to node by calls that are for changing documents, asks every rule about
    every node, and looks for the uses of variables by itself.
    """
    errors, own = _Found([], [])
    most = _most_of(document)

    def note(error: GraphQLError) -> None:
        if len(errors) >= most:
            raise ValidationAbortedError(_TOO_MANY)
        errors.append(error)

    def note_own(error: GraphQLError) -> None:
        note(error)
        own.append(error)

    info = TypeInfo(schema)
    of_schema: Any = ValidationContext(schema, document, info, note, quiet)
    of_document: Any = ValidationContext(schema, document, info, note_own, quiet)
    for name, held in (*((each, _ByNode()) for each in _HELD), (_USES, _UsesByNode(Uses(info)))):
        setattr(of_schema, name, held)
        setattr(of_document, name, held)
    contexts = [of_document if rule in _OF_DOCUMENTS else of_schema for rule in RULES]
    try:
        Walk(info, [rule(context) for rule, context in zip(RULES, contexts, strict=True)]).through(
            document
        )
    except ValidationAbortedError as error:
        error.__context__ = None  # or it would keep all that was looked at
        errors.append(error.with_traceback(None))
    except RecursionError:
        errors.append(error := ValidationAbortedError(_TOO_DEEP))
        own.append(error)
    return _Found(errors, own)


def _most_of(document: DocumentNode) -> int:
    """How many errors: for the lines and columns of each the document is gone through."""
    length = document.loc.end if document.loc else 0
    return max(1, min(MOST, _LOOKED_AT // (length + 1)))


MOST: Final = 25  # errors of a document that is not very long
_LOOKED_AT: Final = 1_000_000  # characters, by all errors of a document
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
