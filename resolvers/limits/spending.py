"""In charge of what an answer did cost: by the same weights, of the rows that came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

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

from resolvers.limits.inputs import Inputs
from resolvers.limits.sizes import Values
from resolvers.limits.weights import Weight, Weights


class Spending:
    """Weighs answers to a valid document, by the values of variables as they came."""

    def __init__(
        self, schema: GraphQLSchema, weights: Weights, document: DocumentNode, values: Values
    ) -> None:
        self._schema = schema
        self._weights = weights.fields
        self._inputs = Inputs(weights)
        self._values = values
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }

    def cost(self, node: OperationDefinitionNode, data: Mapping[str, Any]) -> float:
        """What all of an answer's data weighs."""
        root: Any = getattr(self._schema, f"{node.operation.value}_type")
        return self._object([node.selection_set], root.name, data)

    def _object(
        self, selections: list[SelectionSetNode], kind: str, value: Mapping[str, Any]
    ) -> float:
        asked: dict[str, list[tuple[str, FieldNode]]] = {}
        for each in selections:
            for owner, node in self._fields(each, kind):
                key = node.alias.value if node.alias else node.name.value
                asked.setdefault(key, []).append((owner, node))
        return sum(self._field(same, value[key]) for key, same in asked.items() if key in value)

    def _fields(self, selections: SelectionSetNode, kind: str) -> Iterator[tuple[str, FieldNode]]:
        """The fields of a set, each with the type that it is asked of."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield kind, node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                yield from self._fields(
                    node.selection_set, condition.name.value if condition else kind
                )
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield from self._fields(fragment.selection_set, fragment.type_condition.name.value)

    def _field(self, same: list[tuple[str, FieldNode]], value: Any) -> float:
        owner, node = same[0]
        weight = self._weights.get(owner, {}).get(node.name.value, Weight())
        arguments = {each.name.value: each.value for each in node.arguments or ()}
        call = weight.call + sum(
            self._inputs.written(arguments[name], kind, self._values, set())
            for name, kind in weight.arguments.items()
            if name in arguments
        )
        below = [each.selection_set for _, each in same if each.selection_set]
        kind = self._kind_of(owner, node) if below else ""
        return call + sum(weight.item + self._object(below, kind, each) for each in _objects(value))

    def _kind_of(self, owner: str, node: FieldNode) -> str:
        around: Any = self._schema.type_map.get(owner)
        field = getattr(around, "fields", {}).get(node.name.value)
        kind: Any = field and field.type
        while kind is not None and not hasattr(kind, "name"):
            kind = kind.of_type
        return kind.name if kind else ""


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _objects(each)
    elif isinstance(value, dict):
        yield cast("Mapping[str, Any]", value)
