"""In charge of what is left of a schema without some of its types and fields: all that still holds.

No type is empty, none is missing, and types have the fields of their interfaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import graphql
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
)

from schema.abstract import Node

WithFields: Final = (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)
_named: Any = cast("Any", graphql).get_named_type


class Kept:
    """The types that stay, with their fields, once all is gone that led to what is hidden."""

    def __init__(self, schema: GraphQLSchema, hidden: frozenset[str]) -> None:
        self.types: dict[str, GraphQLNamedType] = {
            name: kind
            for name, kind in schema.type_map.items()
            if name not in hidden and not is_introspection_type(kind)
        }
        self.fields: dict[str, dict[str, Any]] = {
            name: {
                field: of for field, of in kind.fields.items() if f"{name}.{field}" not in hidden
            }
            for name, kind in self.types.items()
            if isinstance(kind, WithFields)
        }
        while self._shrinks():
            pass

    def implementing(self, name: str) -> Iterator[str]:
        """The kept types that have an interface."""
        for each, kind in self.types.items():
            faces = getattr(kind, "interfaces", ())
            if any(face.name == name for face in faces):
                yield each

    def _shrinks(self) -> bool:
        """Takes away what cannot stay, and says whether there was anything."""
        # What interfaces promise is looked at once it is known who implements them.
        return self._drops_types() or self._drops(self._led) or self._drops(self._lacks)

    def _drops_types(self) -> bool:
        empty = [name for name, kind in self.types.items() if self._is_empty(name, kind)]
        for name in empty:
            del self.types[name]
            self.fields.pop(name, None)
        return bool(empty)

    def _drops(self, useless: Callable[[str, str], bool]) -> bool:
        found = [(n, f) for n, fields in self.fields.items() for f in fields if useless(n, f)]
        for name, field in found:
            del self.fields[name][field]
        return bool(found)

    def _led(self, name: str, field: str) -> bool:
        """Whether a field led to what is gone."""
        of = self.fields[name][field]
        needed = (each for each in getattr(of, "args", {}).values() if is_required_argument(each))
        return any(_named(each.type).name not in self.types for each in (of, *needed))

    def _lacks(self, name: str, field: str) -> bool:
        """Whether a type lacks a field of an interface that it has."""
        return isinstance(self.types[name], GraphQLInterfaceType) and any(
            field not in self.fields[each] for each in self.implementing(name)
        )

    def _is_empty(self, name: str, kind: GraphQLNamedType) -> bool:
        match kind:
            case GraphQLUnionType():
                return not any(each.name in self.types for each in kind.types)
            case GraphQLInterfaceType() if name != Node.__name__:  # without rows it has its place
                return not self.fields[name] or not any(self.implementing(name))
            case GraphQLInputObjectType():
                needed = (each for each in kind.fields.items() if is_required_input_field(each[1]))
                return not self.fields[name] or any(n not in self.fields[name] for n, _ in needed)
            case GraphQLObjectType():
                return not self.fields[name]
            case _:
                return False
