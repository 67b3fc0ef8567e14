"""In charge of measuring a document: in one pass, each fragment once, however often it is spread.

What is counted of a fragment is counted for each of its spreads, as if it stood there; so numbers
may be huge, and the time is that of the text. Nothing is known of the document as yet but that it
was parsed: what there is none of, or what holds itself, counts for nothing, and validation says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from resolvers.limits.asking import Asked
from resolvers.limits.conditions import is_included
from resolvers.limits.inputs import Inputs
from resolvers.limits.sizes import Values
from resolvers.limits.weights import Weight, Weights


class Measure(NamedTuple):
    """What a selection set asks for; ``root_fields`` are its own, the other fields at any depth.

    ``comparisons`` bounds how many pairs of fields with one name, at one place of the answer,
    validation compares.
    """

    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    fields: int = 0
    comparisons: float = 0
    asked: Asked = Asked()


_Definition = OperationDefinitionNode | FragmentDefinitionNode


class Measuring:
    """Measures operations of one document, by these values of variables or by any.

    ``looked_at`` are the variables whose values mattered, and ``visited`` counts nodes.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        weights: Weights,
        document: DocumentNode,
        values: Values | None,
    ) -> None:
        self._schema = schema
        self._weights = weights.fields
        self._inputs = Inputs(weights)
        self._values = values
        definitions = document.definitions
        self._operations = [n for n in definitions if isinstance(n, OperationDefinitionNode)]
        self._fragments = {
            each.name.value: each
            for each in definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measure] = {}
        self._known: dict[int, Measure] = {}
        self.looked_at: set[str] = set()
        self.visited = 0

    def definitions(self) -> Iterator[tuple[_Definition, Measure]]:
        """The measures of all operations, then of fragments that nothing before them spreads.

        Raises RecursionError for what is nested too deeply.
        """
        for each in self._operations:
            yield each, self.operation(each)
        for name, each in self._fragments.items():
            if name not in self._measured:
                yield each, self._fragment(name)

    def operation(self, node: OperationDefinitionNode) -> Measure:
        """The measure of an operation, which is one of the document's; raises RecursionError."""
        if id(node) not in self._known:
            self._known[id(node)] = self._operation(node)
        return self._known[id(node)]

    def _operation(self, node: OperationDefinitionNode) -> Measure:
        root: Any = getattr(self._schema, f"{node.operation.value}_type")
        total = _Total()
        total.directives = len(node.directives or ())
        for each in node.variable_definitions or ():
            total.directives += len(each.directives or ())
        self._add(node.selection_set, root and root.name, total)
        return total.measure()

    def _add(self, selections: SelectionSetNode, kind: str | None, total: _Total) -> None:
        for node in selections.selections:
            self.visited += 1
            total.directives += len(node.directives or ())
            included = is_included(node, self._values, self.looked_at)
            if isinstance(node, FieldNode):
                self._add_field(node, kind, total, included=included)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                before = total.asked
                self._add(node.selection_set, condition.name.value if condition else kind, total)
                if not included:
                    total.asked = before
            elif isinstance(node, FragmentSpreadNode):
                total.spread(self._fragment(node.name.value), included=included)

    def _fragment(self, name: str) -> Measure:
        if name not in self._measured and name in self._fragments:
            self._measured[name] = _NOTHING  # for those inside of itself
            node, total = self._fragments[name], _Total()
            total.directives = len(node.directives or ())
            self._add(node.selection_set, node.type_condition.name.value, total)
            self._measured[name] = total.measure()
        return self._measured.get(name, _NOTHING)

    def _add_field(
        self, node: FieldNode, kind: str | None, total: _Total, *, included: bool
    ) -> None:
        weight, inner = self._weights.get(kind or "", _NO_TYPE).get(node.name.value), _NOTHING
        if node.selection_set:
            below = _Total()
            self._add(node.selection_set, weight and weight.kind, below)
            inner = below.measure()
        total.field(node, inner)
        if included and weight is not None and (weight.weighs or inner is not _NOTHING):
            size = weight.size
            number = size.of(node, self._values, self.looked_at) if size else 1
            call = self._call(node, weight)
            total.asked = total.asked.with_field(weight, call, number, inner.asked)

    def _call(self, node: FieldNode, weight: Weight) -> float:
        """What a call of a field weighs, with its arguments."""
        if not weight.arguments:
            return weight.call
        return weight.call + sum(
            self._inputs.written(each.value, weight.arguments[name], self._values, self.looked_at)
            for each in node.arguments or ()
            if (name := each.name.value) in weight.arguments
        )


_NOTHING: Final = Measure()
_NO_TYPE: Final[Mapping[str, Weight]] = {}


class _Total:
    """What is known of a selection set so far."""

    def __init__(self) -> None:
        self.depth = self.aliases = self.root_fields = self.directives = self.fields = 0
        self.asked = Asked()
        self._named: dict[str, float] = {}
        self._spread = 0.0

    def field(self, node: FieldNode, inner: Measure) -> None:
        """Adds a field, and what is below it."""
        key = node.alias.value if node.alias else node.name.value
        self.depth = max(self.depth, 1 + inner.depth)
        self.aliases += inner.aliases + (node.alias is not None)
        self.root_fields += 1
        self.directives += inner.directives
        self.fields += 1 + inner.fields
        # See `measure`: of a field with all below it, the length of its vector.
        self._named[key] = self._named.get(key, 0.0) + math.sqrt(1 + inner.comparisons)

    def spread(self, fragment: Measure, *, included: bool) -> None:
        """Adds a fragment, as if it stood here."""
        self.depth = max(self.depth, fragment.depth)
        self.aliases += fragment.aliases
        self.root_fields += fragment.root_fields
        self.directives += fragment.directives
        self.fields += fragment.fields
        self._spread += math.sqrt(fragment.comparisons)
        if included:
            self.asked = self.asked.with_fragment(fragment.asked)

    def measure(self) -> Measure:
        """All in one.

        Validation compares the fields at one place of the answer in pairs: the sum, over places,
        of the squared number of fields there. That is the squared length of a vector with a number
        for each place. Vectors of sets that are put together add up, so lengths do at most; those
        of fields with different names have no place in common.
        """
        own = math.sqrt(sum(length * length for length in self._named.values()))
        return Measure(
            self.depth,
            self.aliases,
            self.root_fields,
            self.directives,
            self.fields,
            (own + self._spread) * (own + self._spread),
            self.asked,
        )
