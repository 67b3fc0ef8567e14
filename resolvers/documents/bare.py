"""In charge of guesses at what a bare value was meant as, where a filter says how to compare.

`where: {carrier: "UA"}` is what nearly everybody writes once; it is `{carrier: {eq: "UA"}}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, cast

import graphql
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    Undefined,
    ValueNode,
    print_ast,
)
from graphql.pyutils import did_you_mean, print_path_list

_LONGEST: Final = 60  # characters of a value that is repeated

# graphql-core's own type for it is half unknown.
_coerce: Any = cast("Any", graphql).coerce_input_value


class Operator(NamedTuple):
    """How a filter compares with one value, or with several; and the type of these."""

    name: str
    kind: Any


def operator_of(kind: GraphQLInputObjectType, *, listed: bool) -> Operator | None:
    """What compares a filter's field with such a value; None if it is no filter of values."""
    name = "in" if listed else "eq"
    field = cast("Any", kind).fields.get(name)
    return field and Operator(name, field.type)


def meant_by(operator: Operator, node: ValueNode) -> str:
    """What a value in a document was meant as, as graphql-core suggests names."""
    return did_you_mean([f"{{ {operator.name}: {_short(print_ast(node))} }}"])


def is_listed(node: ValueNode) -> bool:
    """Whether a value in a document is several."""
    return isinstance(node, ListValueNode)


def with_guess(error: GraphQLError, name: str, value: object, kind: Any) -> GraphQLError:
    """An error about a variable's value, and what was meant if it is the first bare value."""
    for path, filter_, bare in _bare(value, kind, ()):
        operator = operator_of(filter_, listed=isinstance(bare, list))
        where = f"Variable '${name}' has invalid value{print_path_list([*path])}: "
        amiss = f"{where}Expected value of type '{filter_}' to be an object"
        if not operator or not error.message.startswith(amiss):
            break
        if _coerce(bare, operator.kind) is not Undefined:
            guess = did_you_mean([f'{{"{operator.name}": {_short(json.dumps(bare))}}}'])
            return GraphQLError(f"{error.message}{guess}", error.nodes)
        break
    return error


def _bare(
    value: Any, kind: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], GraphQLInputObjectType, Any]]:
    """The values that stand where there should be objects, in the order that they are judged."""
    if isinstance(kind, GraphQLNonNull):
        yield from _bare(value, cast("Any", kind).of_type, path)
    elif value is None:
        return
    elif isinstance(kind, GraphQLList):
        inner = cast("Any", kind).of_type
        if not isinstance(value, list):
            yield from _bare(value, inner, path)
            return
        for at, each in enumerate(cast("list[Any]", value)):
            yield from _bare(each, inner, (*path, at))
    elif isinstance(kind, GraphQLInputObjectType):
        if not isinstance(value, dict):
            yield path, kind, value
            return
        given = cast("dict[str, Any]", value)
        for name, field in cast("Any", kind).fields.items():
            if name in given:
                yield from _bare(given[name], field.type, (*path, name))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else "…"
