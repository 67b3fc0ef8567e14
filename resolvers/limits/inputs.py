"""In charge of what an argument's value weighs: as it stands in a document, or as it came."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, cast

from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode

from resolvers.limits.sizes import Values
from resolvers.limits.weights import Input

_DEEPEST: Final = 200
"""How deep values are looked into; deeper ones are refused as none of their type."""


class Inputs:
    """Weighs values of the inputs in which something weighs."""

    def __init__(self, inputs: Mapping[str, Input]) -> None:
        self._inputs = inputs

    def written(
        self, node: ValueNode, kind: str, values: Values | None, looked_at: set[str]
    ) -> float:
        """The weight of a value of this type in a document, by these variables or by any."""
        if isinstance(node, VariableNode):
            looked_at.add(node.name.value)
            return math.inf if values is None else self.given(values.get(node.name.value), kind)
        if isinstance(node, ListValueNode):
            return sum(self.written(each, kind, values, looked_at) for each in node.values)
        if not isinstance(node, ObjectValueNode):
            return 0.0
        total, uses = self._inputs[kind]
        for part in node.fields:
            if use := uses.get(part.name.value):
                total += use.weight
                if use.inner:
                    total += self.written(part.value, use.inner, values, looked_at)
        return total

    def given(self, value: Any, kind: str, depth: int = 0) -> float:
        """The same of a value that came as JSON."""
        if depth > _DEEPEST:
            return 0.0
        if isinstance(value, list):
            items = cast("list[Any]", value)
            return sum([self.given(each, kind, depth + 1) for each in items])
        if not isinstance(value, dict):
            return 0.0
        parts = cast("dict[str, Any]", value)
        total, uses = self._inputs[kind]
        for name, use in uses.items():
            if name in parts:
                total += use.weight
                if use.inner:
                    total += self.given(parts[name], use.inner, depth + 1)
        return total
