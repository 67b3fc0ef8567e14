"""In charge of validation: whether a document may be run against the schema.

Strawberry's own rule for `@oneOf` fails over a variable in a fragment, when the operation before it
declares no such variable. graphql-core has rules that do not, once it knows what is one; but its
rule for variables overlooks inputs that are not null, as those in a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, Final, cast

import graphql
from graphql import (
    BREAK,
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    ValidationContext,
    ValidationRule,
    get_operation_ast,
    specified_rules,
    validate,
)
from graphql.language.visitor import EnterLeaveVisitor
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from resolvers.context import Context
from resolvers.info import core_of
from resolvers.introspection import Introspection, introspection_of, refusals, reworded
from resolvers.limits.judging import is_refusal, judge_of
from resolvers.parsing import KNOWN, is_short
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


_Look = Callable[..., Any]
_Looker = tuple[int, str]
"""The number of a rule, and the method by which it looks at nodes of a kind."""


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
    quiet = told is not Introspection.ALL
    errors = validate(schema, document, [AllRules], hide_suggestions=quiet)
    return [*errors, *refusals(document)] if told is Introspection.OFF else errors


class AllRules(ValidationRule):
    """All rules in one, which asks each about those nodes alone that it looks at.

    graphql-core asks every rule about every node: most of a small document's time.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        for held in _HELD:
            setattr(context, held, _ByNode())
        self._rules = [rule(context) for rule in RULES]
        self._past: dict[int, Any] = {}
        """Where a rule wants to see nothing below a node: the node, or for good `BREAK`."""

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """What is called at nodes of a kind, by graphql-core, which asks for it once."""
        entering, leaving = _lookers(kind)
        if not (entering or leaving):
            return EnterLeaveVisitor(None, None)
        enter = partial(self._enter, self._looking(entering))
        leave = partial(self._leave, self._looking(leaving))
        return EnterLeaveVisitor(enter, leave)

    def _looking(self, lookers: Sequence[_Looker]) -> list[tuple[int, _Look]]:
        return [(at, getattr(self._rules[at], name)) for at, name in lookers]

    def _enter(self, looking: Sequence[tuple[int, _Look]], node: Node, *where: Any) -> None:
        past = self._past
        for at, look in looking:
            if at not in past and (told := look(node, *where)) is not None:
                past[at] = BREAK if _ends(told) else node

    def _leave(self, looking: Sequence[tuple[int, _Look]], node: Node, *where: Any) -> None:
        past = self._past
        for at, look in looking:
            if at not in past and _ends(look(node, *where)):
                past[at] = BREAK
        if past:
            self._past = {at: until for at, until in past.items() if until is not node}


_HELD: Final = ("_fragment_spreads", "_variable_usages", "_recursive_variable_usages")
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


def _ends(told: Any) -> bool:
    """Whether a rule wants to see no more of the document."""
    return told is BREAK or told is True


@cache
def _lookers(kind: str) -> tuple[Sequence[_Looker], Sequence[_Looker]]:
    """The rules that look at nodes of a kind: before, and after what is below them."""
    before, after = ([*_looking_by(f"{when}_{kind}", when)] for when in ("enter", "leave"))
    return before, after


def _looking_by(method: str, general: str) -> Iterator[_Looker]:
    for at, rule in enumerate(RULES):
        if name := next((name for name in (method, general) if hasattr(rule, name)), None):
            yield at, name


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
