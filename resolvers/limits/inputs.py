"""In charge of what an argument's value weighs: as it stands in a document, or as it came."""

from __future__ import annotations

from typing import Any, Final, cast

from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode

from resolvers.limits.sizes import Values
from resolvers.limits.weights import Use, Weights

_DEEPEST: Final = 200
"""How deep values are looked into; deeper ones are refused as none of their type."""


class Inputs:
    """Weighs values of the inputs in which something weighs."""

    def __init__(self, weights: Weights) -> None:
        self._inputs = weights.inputs
        self._most_values = weights.most_values
        self._heaviest = weights.heaviest

    def written(
        self, node: ValueNode, kind: str, values: Values | None, looked_at: set[str]
    ) -> float:
        """The weight of a value of this type in a document, by these variables or by any."""
        if isinstance(node, VariableNode):
            looked_at.add(node.name.value)
            if values is None:
                return self._most_values * self._heaviest
            return self.given(values.get(node.name.value), kind)
        if isinstance(node, ListValueNode):
            return sum([self.written(each, kind, values, looked_at) for each in node.values])
        if not isinstance(node, ObjectValueNode):
            return 0.0
        total, uses = self._inputs[kind]
        for part in node.fields:
            if use := uses.get(part.name.value):
                if use.weight:
                    total += use.weight * self._number(use, part.value, values, looked_at)
                if use.inner:
                    total += self.written(part.value, use.inner, values, looked_at)
        return total

    def _number(
        self, use: Use, node: ValueNode, values: Values | None, looked_at: set[str]
    ) -> float:
        """How many values a field of an input has in a document, by these variables or by any."""
        if not use.listed:
            return 1
        if isinstance(node, ListValueNode):
            return len(node.values)
        if not isinstance(node, VariableNode):
            return 1
        looked_at.add(node.name.value)
        return self._most_values if values is None else _number_of(values.get(node.name.value))

    def given(self, value: Any, kind: str, depth: int = 0) -> float:
        """The same of a value that came as JSON."""
        if depth > _DEEPEST:
            return 0.0
        if isinstance(value, list):
            items = cast("list[Any]", value)
            return sum([self.given(each, kind, depth + 1) for each in items])
        if not isinstance(value, dict):
            return 0.0
        total, uses = self._inputs[kind]
        for name, part in cast("dict[str, Any]", value).items():
            if use := uses.get(name):
                total += use.weight * (_number_of(part) if use.listed else 1)
                if use.inner:
                    total += self.given(part, use.inner, depth + 1)
        return total


def _number_of(value: Any) -> int:
    return len(cast("list[Any]", value)) if isinstance(value, list) else 1
