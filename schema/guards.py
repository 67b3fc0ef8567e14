"""In charge of the rules of fields that users wrote, and of where these can say one.

The rule of a field is all that is said of it, of the type that has it, and of the type it gives.
So what is said of a type holds by whatever way its objects are reached.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any, Final, cast

import graphql
from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLSchema
from strawberry.types.base import get_object_definition

from catalog.access import Rule, anyone
from resolvers.documents.members import PRODUCE
from resolvers.guards import Decide, Guards
from schema.meanings import Spot, ours, rule_said

_DEFINITION: Final = "strawberry-definition"
_named: Any = cast("Any", graphql).get_named_type


def guards_in(schema: GraphQLSchema, generated: Container[str], decide: Decide | None) -> Guards:
    """The rules of all fields that users wrote, or that are of a type that they wrote.

    What the ``generated`` types show as directives is left out: it is in every read. Raises
    ``ModelError`` for directives that would not hold.
    """
    kinds = [kind for kind in schema.type_map.values() if _DEFINITION in kind.extensions]
    for kind in kinds:
        _check_places(kind)
    objects = [kind for kind in kinds if isinstance(kind, GraphQLObjectType)]
    of_types = {kind.name: _rule_of_type(kind) for kind in objects if kind.name not in generated}
    rules: dict[str, Rule] = {}
    for kind in objects:
        for name, field in kind.fields.items():
            own, returned = _rule_of_field(kind, name), _named(field.type).name
            rule = own & of_types.get(kind.name, anyone) & of_types.get(returned, anyone)
            if rule != anyone:
                rules[f"{kind.name}.{name}"] = rule
    guards = Guards(rules, decide)
    _check_decided(guards)
    return guards


def _rule_of_type(kind: GraphQLObjectType) -> Rule:
    spot, definition = Spot(kind.name, None), kind.extensions[_DEFINITION]
    rule = rule_said(spot, definition)
    for base in definition.origin.__mro__[1:] if rule == anyone else ():
        above = get_object_definition(base)
        if above and not above.is_interface and any(ours(spot, above)):
            reason = f"drops the directives of {base.__name__}, which it is made of"
            raise spot.amiss(reason, "Say them of it as well.")
    return rule


def _rule_of_field(kind: GraphQLObjectType, name: str) -> Rule:
    definition = kind.fields[name].extensions.get(_DEFINITION)
    if definition is None or PRODUCE in definition.metadata:
        return anyone
    return rule_said(Spot(kind.name, name), definition)


def _check_places(kind: GraphQLNamedType) -> None:
    """Raises ``ModelError`` for directives where they would say nothing at run time."""
    for name, part in _parts(kind):
        spot = Spot(kind.name, name)
        if any(ours(spot, part.extensions.get(_DEFINITION))):
            reason = "has a directive where none would be enforced"
            raise spot.amiss(reason, "Put it on the object types, and on their fields.")


def _parts(kind: GraphQLNamedType) -> Iterator[tuple[str | None, Any]]:
    """What of a type may have directives in a schema, but for objects and their fields."""
    is_object, values = isinstance(kind, GraphQLObjectType), getattr(kind, "values", {})
    if not is_object:
        yield None, kind
    for name, field in getattr(kind, "fields", {}).items():
        yield from ((name, argument) for argument in getattr(field, "args", {}).values())
        if not is_object:
            yield name, field
    yield from values.items()


def _check_decided(guards: Guards) -> None:
    for coordinate, names in guards.policies.items():
        if guards.decide is None:
            owner, _, member = coordinate.partition(".")
            reason = f"asks about a policy, {min(names)!r}, and nobody says whether it holds"
            mend = "Mark an async function in the package of EXTENSIONS with @policies."
            raise Spot(owner, member).amiss(reason, mend)
