"""In charge of what `@skip` and `@include` say before a document is known to be valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graphql import BooleanValueNode, DirectiveNode, SelectionNode, VariableNode

_SKIP, _INCLUDE = "skip", "include"
_CONDITIONS: Final = {_SKIP: True, _INCLUDE: False}
"""The value by which each leaves out what it stands at."""


def is_included(node: SelectionNode, values: Mapping[str, Any] | None, looked_at: set[str]) -> bool:
    """Whether a selection is executed, by these values of variables or by any; notes which."""
    if not node.directives:
        return True
    said = (each for each in node.directives if each.name.value in _CONDITIONS)
    left_out = [_value(each, values, looked_at) is _CONDITIONS[each.name.value] for each in said]
    return True not in left_out


def _value(
    directive: DirectiveNode, values: Mapping[str, Any] | None, looked_at: set[str]
) -> object:
    """What the directive's one argument is; None if that is not known."""
    said = next((each.value for each in directive.arguments or () if each.name.value == "if"), None)
    if isinstance(said, BooleanValueNode):
        return said.value
    if isinstance(said, VariableNode):
        looked_at.add(said.name.value)
        return None if values is None else values.get(said.name.value)
    return None
