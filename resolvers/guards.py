"""In charge of rules about fields that users wrote: none of these is resolved without its rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Final, cast

from graphql import GraphQLObjectType, GraphQLSchema

from auth import Principal
from catalog.access import Policies, Rule, leaves

if TYPE_CHECKING:
    from resolvers.context import Context

Decide = Callable[[Principal, frozenset[str], "Context"], Awaitable[Any]]
"""A function of the user's: which of these policies hold for who asks."""

_GUARDS: Final = "bigraph.guards"


@dataclass(frozen=True)
class Guards:
    """Rules of fields by their coordinates, `Type.field`, and who says which policies hold."""

    rules: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    decide: Decide | None = None

    @cached_property
    def policies(self) -> Mapping[str, frozenset[str]]:
        """The names of policies that have a say about a field, for those where there are any."""
        named = {coordinate: policies_in(rule) for coordinate, rule in self.rules.items()}
        return {coordinate: names for coordinate, names in named.items() if names}


NO_GUARDS: Final = Guards()


def policies_in(rule: Rule) -> frozenset[str]:
    """The names of all policies that a rule asks about."""
    asked = (leaf.names for leaf in leaves(rule) if isinstance(leaf, Policies))
    return frozenset[str]().union(*asked)


def guards_of(schema: GraphQLSchema) -> Guards:
    """The rules of a schema's own fields."""
    return schema.extensions.get(_GUARDS, NO_GUARDS)


def set_guards(schema: GraphQLSchema, guards: Guards) -> None:
    """Puts the rules around the resolvers that graphql-core calls; once for a schema."""
    schema.extensions[_GUARDS] = guards
    for coordinate in guards.rules:
        kind, _, name = coordinate.partition(".")
        definition = cast("GraphQLObjectType", schema.type_map[kind]).fields[name]
        definition.resolve = _guarded(coordinate, definition.resolve)
        if definition.subscribe:
            definition.subscribe = _guarded(coordinate, definition.subscribe)


def _guarded(coordinate: str, resolve: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(resolve)
    def resolver(source: Any, info: Any, **arguments: Any) -> Any:
        cast("Context", info.context).catalog.check_use(coordinate)
        return resolve(source, info, **arguments)

    return resolver
