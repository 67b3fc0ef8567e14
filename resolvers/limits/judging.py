"""In charge of judging what was measured: a document as it stands, and by its variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    value_from_ast_untyped,
)

from resolvers.limits.held import Held, Holding, is_much
from resolvers.limits.limits import (
    AliasesError,
    ComparisonsError,
    CostError,
    DepthError,
    DirectivesError,
    FieldsError,
    LimitError,
    Limits,
    NestedRowsError,
    RootFieldsError,
    limits_of,
)
from resolvers.limits.measuring import Asked, Measure, Measuring
from resolvers.limits.sizes import Values
from resolvers.limits.weights import Weights, weights_of
from telemetry.tally import current

_EXTENSION: Final = "bigraph.judge"


def is_refusal(errors: Sequence[GraphQLError]) -> bool:
    """Whether a document was refused by a limit, and looked at no further."""
    return any(isinstance(error.original_error, LimitError) for error in errors)


def judge_of(schema: GraphQLSchema) -> Judge:
    """Who judges by the limits of a schema, and keeps what it makes of the schema."""
    known = schema.extensions.get(_EXTENSION)
    if known is None or known.limits is not limits_of(schema):
        known = schema.extensions[_EXTENSION] = Judge(schema, limits_of(schema))
    return known


class Judge:
    """Judges documents of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self.limits = limits
        self._schema = schema
        self._last: tuple[DocumentNode, Measuring] | None = None

    @cached_property
    def weights(self) -> Weights:
        """What the schema's directives say. Raises ``ModelError``."""
        return weights_of(self._schema, self.limits)

    @cached_property
    def held(self) -> Held:
        """What counts what variables hold."""
        return Held(self._schema, self.limits.variable_values)

    def measuring(self, document: DocumentNode, values: Values | None = None) -> Measuring:
        """What measures the operations of a document.

        One that was judged last is measured already: who is to execute it asks for it next.
        """
        last, self._last = self._last, None
        if values is None and last and last[0] is document:
            return last[1]
        return Measuring(self._schema, self.weights, document, values)

    def refusals(self, document: DocumentNode) -> Sequence[GraphQLError]:
        """What there is too much of in a document as it stands, in the first part with too much.

        A fragment that nothing spreads counts, too, for it would be validated. Raises
        RecursionError.
        """
        compared, measuring = 0.0, self.measuring(document)
        for node, measure in measuring.definitions():
            compared += measure.comparisons
            is_operation = isinstance(node, OperationDefinitionNode)
            judged = measure._replace(
                comparisons=compared, root_fields=measure.root_fields if is_operation else 0
            )
            if errors := [*_beyond(judged, self.limits)]:
                return [_told(error, node) for error in errors]
        self._last = document, measuring
        return ()

    def refusal(
        self, document: DocumentNode, node: OperationDefinitionNode, given: Values
    ) -> GraphQLError | None:
        """Why an operation is not executed with these variables, which are as they came."""
        holding = self._holding(document, node, given)
        if holding and (error := holding.beyond(given)):
            return _told(error, node)
        asked = self.asked(document, node, given)
        current().cost, error = asked.cost, self.beyond(asked)
        return _told(error, node) if error else None

    def cost(self, document: DocumentNode, node: OperationDefinitionNode, given: Values) -> float:
        """What an operation is estimated to cost; nothing, if its variables hold too much."""
        holding = self._holding(document, node, given)
        if holding and holding.is_beyond(given):
            return 0.0
        return self.asked(document, node, given).cost

    def _holding(
        self, document: DocumentNode, node: OperationDefinitionNode, given: Values
    ) -> Holding | None:
        """What counts the variables, if there may be much: before any of it is looked at."""
        return self.held.by(document, node) if any(map(is_much, given.values())) else None

    def asked(self, document: DocumentNode, node: OperationDefinitionNode, given: Values) -> Asked:
        """What an operation asks for with these variables, which are as they came."""
        values = {**defaults_of(node), **given}
        return self.measuring(document, values).operation(node).asked

    def beyond(self, asked: Asked) -> LimitError | None:
        """What there is too much of, if there is, of that which variables have a say in."""
        if asked.rows > (most := self.limits.nested_rows):
            return NestedRowsError(asked.rows, most)
        if self.limits.cost_refuses and asked.cost > (most := self.limits.cost):
            return CostError(asked.cost, most)
        return None


def _beyond(measure: Measure, limits: Limits) -> Iterator[LimitError]:
    judged: Sequence[tuple[type[LimitError], float, int]] = (
        (DepthError, measure.depth, limits.depth),
        (AliasesError, measure.aliases, limits.aliases),
        (RootFieldsError, measure.root_fields, limits.root_fields),
        (DirectivesError, measure.directives, limits.directives),
        (FieldsError, measure.fields, limits.fields),
        (ComparisonsError, measure.comparisons, limits.comparisons),
    )
    return (kind(measured, most) for kind, measured, most in judged if measured > most)


def defaults_of(node: OperationDefinitionNode) -> Mapping[str, Any]:
    """The values of variables that are not given."""
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in node.variable_definitions or ()
        if each.default_value is not None
    }


def _told(error: LimitError, node: Node) -> GraphQLError:
    return GraphQLError(error.message, node, original_error=error)
