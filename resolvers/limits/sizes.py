"""In charge of how many objects a field gives at most, by what a document says of its lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from graphql import (
    GRAPHQL_MAX_INT,
    FieldNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    VariableNode,
)

ASSUMED: Final = 10
"""Objects in a list of which nothing is known, as one of a field of the user's own."""

Values = Mapping[str, Any]


class Size(NamedTuple):
    """How many objects a field gives: what one of the ``arguments`` says, else as ``assumed``.

    No value of a variable makes them more than ``most``. Those of a page are ``inside``, in lists
    of its type; these lists have as many as the field ``around`` them says.
    """

    arguments: tuple[str, ...] = ()
    assumed: int = ASSUMED
    most: int = GRAPHQL_MAX_INT
    inside: bool = False
    around: bool = False

    def of(self, node: FieldNode, values: Values | None, looked_at: set[str]) -> float:
        """The number, by these values of variables, or the greatest by any; notes which matter."""
        for argument in node.arguments or ():
            if argument.name.value not in self.arguments:
                continue
            said = argument.value
            if isinstance(said, IntValueNode):
                return _number(float(said.value))
            if isinstance(said, ListValueNode):
                return len(said.values)
            if isinstance(said, ObjectValueNode):
                return 1
            if isinstance(said, VariableNode):
                name = said.name.value
                looked_at.add(name)
                number = self.most if values is None else number_of(values.get(name))
                if number is not None:
                    return _number(number)
        return self.assumed


def number_of(value: Any) -> float | None:
    """How many a variable's value asks for: as it says, or as many as are in it, if it is a list.

    One object counts as a list of one, as GraphQL takes it.
    """
    match value:
        case int() | float():
            return value
        case list():
            return len(cast("list[Any]", value))
        case dict():
            return 1
        case _:
            return None


def _number(said: float) -> float:
    """As one that may be multiplied: what is none of GraphQL's numbers is refused elsewhere."""
    return min(max(0, said), GRAPHQL_MAX_INT)
