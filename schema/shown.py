"""In charge of the schema as somebody sees it: without what such a one has no use for.

It is a valid schema of its own, which is only told and never executed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, cast

import graphql
from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from resolvers.planning.seen import Seen, Unruled
from schema.hidden import hidden_in
from schema.kept import Kept, WithFields

KINDS: Final = 16
"""How many schemas are kept, of those that were told lately."""

_named: Any = cast("Any", graphql).get_named_type
_ROOTS: Final = ("query", "mutation", "subscription")


class Shown:
    """The schemas that viewers are told of; those who see the same share one."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._without = lru_cache(KINDS)(self._made)

    def to(self, seen: Seen) -> GraphQLSchema:
        """What somebody is told of; while rules are only tried, all of it."""
        if isinstance(seen, Unruled):
            return self._schema
        return self._without(hidden_in(self._schema, seen))

    def _made(self, hidden: frozenset[str]) -> GraphQLSchema:
        return (
            _Copies(self._schema, Kept(self._schema, hidden)).schema() if hidden else self._schema
        )


class _Copies:
    """Copies of the types that stay, each made when another one leads to it."""

    def __init__(self, schema: GraphQLSchema, kept: Kept) -> None:
        self._whole = schema
        self._kept = kept
        self._made: dict[str, GraphQLNamedType] = {}

    def schema(self) -> GraphQLSchema:
        """What the roots lead to, and all that implements an interface of these."""
        types: dict[str, GraphQLNamedType] = {}
        while True:
            made = GraphQLSchema(
                **self._roots(),
                types=tuple(types.values()),
                directives=self._whole.directives,
                description=self._whole.description,
            )
            faces = [n for n, k in made.type_map.items() if isinstance(k, GraphQLInterfaceType)]
            found = {each for face in faces for each in self._kept.implementing(face)}
            if not (more := found - made.type_map.keys()):
                return made
            types |= {name: self._named(name) for name in sorted(more)}

    def _roots(self) -> Mapping[str, Any]:
        roots = ((root, getattr(self._whole, f"{root}_type")) for root in _ROOTS)
        return {
            root: self._named(kind.name)
            for root, kind in roots
            if kind and kind.name in self._kept.types
        }

    def _named(self, name: str) -> GraphQLNamedType:
        if name not in self._made:
            self._made[name] = self._copy(self._kept.types[name])
        return self._made[name]

    def _copy(self, kind: GraphQLNamedType) -> GraphQLNamedType:
        like = cast("Any", kind)
        parts: dict[str, Any] = {}
        if isinstance(kind, WithFields):
            parts["fields"] = lambda: self._fields(kind.name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            parts["interfaces"] = lambda: self._all(like.interfaces)
        if isinstance(kind, GraphQLUnionType):
            parts["types"] = lambda: self._all(like.types)
        return type(like)(**{**like.to_kwargs(), **parts}) if parts else kind

    def _all(self, kinds: Any) -> list[GraphQLNamedType]:
        return [self._named(each.name) for each in kinds if each.name in self._kept.types]

    def _fields(self, name: str) -> dict[str, Any]:
        return {field: self._field(of) for field, of in self._kept.fields[name].items()}

    def _field(self, of: Any) -> Any:
        parts: dict[str, Any] = {**of.to_kwargs(), "type_": self._type(of.type)}
        if getattr(of, "args", None):
            parts["args"] = {
                name: type(each)(**{**each.to_kwargs(), "type_": self._type(each.type)})
                for name, each in of.args.items()
                if _named(each.type).name in self._kept.types
            }
        return type(of)(**parts)

    def _type(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLList | GraphQLNonNull):
            inner = self._type(cast("Any", kind).of_type)
            return GraphQLList(inner) if isinstance(kind, GraphQLList) else GraphQLNonNull(inner)
        return self._named(kind.name)
