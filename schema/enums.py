"""In charge of enums: what resolvers of users take and give are members of the models' own."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, cast

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.schema.schema_converter import CustomGraphQLEnumType
from strawberry.types.enum import EnumValue, StrawberryEnumDefinition

from catalog.errors import ModelError
from catalog.types import EnumType
from schema.fields import Namespace


def enum_class(kind: EnumType) -> Any:
    """The Strawberry enum of a catalog enum: the models' class, if there is one.

    So Strawberry knows the class wherever users name it. Raises ``ModelError`` if it is
    decorated to be shown otherwise than models are.
    """
    if kind.python is None:
        python: Any = Enum(kind.name, {name: name for name in kind.members})
        return strawberry.enum(python, name=kind.name, description=kind.description)
    if "__strawberry_definition__" not in vars(kind.python):
        strawberry.enum(kind.python, name=kind.name)
    _conform(cast("Any", kind.python).__strawberry_definition__, kind)
    return kind.python


def _conform(definition: StrawberryEnumDefinition, kind: EnumType) -> None:
    """Has a definition say what the catalog does."""
    named = {value.name: value for value in definition.values}
    if definition.name != kind.name or not named.keys() <= kind.members.keys():
        reason = "is shown by @strawberry.enum under other names than the models have"
        mend = "Leave name= and graphql_name_from= out; rename the class, or its members."
        raise ModelError(kind.name, None, reason, mend=mend)
    _check_told_apart(kind)
    python: Any = kind.python
    definition.description = definition.description or kind.description
    definition.values = [
        named.get(name) or EnumValue(name, python[name].value) for name in kind.members
    ]


def _check_told_apart(kind: EnumType) -> None:
    """Plans are kept by what values are told as: of two members each has its own."""
    python: Any = kind.python
    told = {python[name]._name_: repr(python[name]) for name in kind.members}
    if len(set(told.values())) < len(told):
        reason = "has members that `repr` tells alike"
        raise ModelError(kind.name, None, reason, mend="Let __repr__ tell them apart.")


def hand_over_members(schema: GraphQLSchema, namespace: Namespace) -> None:
    """Has the enums of the graph become members where values are read, and take names of rows."""
    for kind in schema.type_map.values():
        if isinstance(kind, CustomGraphQLEnumType):
            python = cast("Any", kind).wrapped_cls
            if namespace.get(kind.name) is python:
                for name, value in kind.values.items():
                    # Its value may be that of another member, or be nothing to look it up by.
                    value.value = python[name]
                kind.serialize = kind.coerce_output_value = _named(kind)  # type: ignore[method-assign]
                kind.parse_value = kind.coerce_input_value = _taken(kind)  # type: ignore[method-assign]


def _named(kind: CustomGraphQLEnumType) -> Callable[[Any], str]:
    """What tells a member, also one of another class of this name, or the name that a row holds."""
    values = kind.values

    def told(value: Any) -> str:
        alike = type(value).__name__ == kind.name if isinstance(value, Enum) else True
        name = getattr(value, "_name_", value)
        if alike and isinstance(name, str) and name in values:
            return name
        message = f"Enum '{kind.name}' cannot represent value: {value!r}"
        raise GraphQLError(message)

    return told


def _taken(kind: CustomGraphQLEnumType) -> Callable[..., Any]:
    """What reads a name, and takes a member for itself: resolvers of users may write it."""
    coerce, python = kind.coerce_input_value, cast("Any", kind).wrapped_cls

    def taken(value: Any, hide_suggestions: bool = False) -> Any:  # noqa: FBT001, FBT002 (as graphql-core's)
        return value if type(value) is python else coerce(value, hide_suggestions)

    return taken
