"""In charge of how many objects a field gives at most, by what the document says of its lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

import graphql
from graphql import (
    GRAPHQL_MAX_INT,
    FieldNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    VariableNode,
    is_composite_type,
)

from catalog.entity import Relation
from catalog.routine import Gives
from resolvers.measures import GROUP_BY
from resolvers.members import Calls, Many, Member, member_of
from resolvers.paging import PageLimits

ASSUMED: Final = 10
"""Objects in a list of which nothing is known, as one of a field of the user's own."""

_named: Any = cast("Any", graphql).get_named_type

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
            if isinstance(said, VariableNode):
                name = said.name.value
                looked_at.add(name)
                number = self.most if values is None else values.get(name)
                if isinstance(number, (int, float)):
                    return _number(number)
        return self.assumed


def _number(said: float) -> float:
    """As one that may be multiplied: what is none of GraphQL's numbers is refused elsewhere."""
    return min(max(0, said), GRAPHQL_MAX_INT)


Sizes = Mapping[str, Mapping[str, Size]]
"""Of fields that give lists, or pages of them, by the names of their type and their own."""


def sizes_of(schema: GraphQLSchema, pages: PageLimits) -> Sizes:
    """The sizes of all lists of a schema, but for those within documents that are stored."""
    sizes: dict[str, dict[str, Size]] = {}
    for kind, name, field in _fields(schema):
        if _is_page(_member(field)):
            sizes.setdefault(kind, {})[name] = Size(_PAGED, pages.default, pages.most, inside=True)
            sizes[_named(field.type).name] = dict.fromkeys(_LISTS, Size(around=True))
    for kind, name, field in _fields(schema):
        if name == GROUP_BY and kind.endswith("Connection"):
            sizes[kind][name] = Size(("first",), pages.default, pages.most)
        elif _member(field) is None and _lists_objects(field.type):
            sizes.setdefault(kind, {}).setdefault(name, Size())
    return sizes


_PAGED: Final = ("first", "last")
_LISTS: Final = ("nodes", "edges")


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, str, Any]]:
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith(
            "__"
        ):
            yield from ((kind.name, name, field) for name, field in kind.fields.items())


def _member(field: Any) -> Member | None:
    return member_of(field) if "strawberry-definition" in field.extensions else None


def _is_page(member: Member | None) -> bool:
    match member:
        case Many():
            return True
        case Relation(many=many):
            return many
        case Calls(routine):
            return routine.gives is Gives.ROWS
        case _:
            return False


def _lists_objects(kind: Any) -> bool:
    present: Any = cast("Any", graphql).get_nullable_type(kind)
    return isinstance(present, GraphQLList) and is_composite_type(_named(present))
