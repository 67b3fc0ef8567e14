"""In charge of values that stand in a document and do not fit: what is told of each, and how much.

graphql-core tells of each thing that is wrong with an object together with all of the object: what
one document costs would be its length times the number of its mistakes. Here objects are not
repeated, and of one value no more than ten things are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, cast

import graphql
from graphql import (
    SKIP,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableNode,
    VisitorAction,
    is_required_input_field,
)
from graphql.pyutils import did_you_mean, suggestion_list

from resolvers.documents.bare import is_listed, meant_by, operator_of

_MOST: Final = 10  # errors about one value

# graphql-core's own types for this are half unknown.
_validate: Any = cast("Any", graphql).validate_input_literal


class FittingValues(ValuesOfCorrectTypeRule):
    """GraphQL's rule that values are of the type that is expected where they stand."""

    def is_valid_value_node(self, node: ValueNode, input_type: Any) -> VisitorAction:
        """Looks at a value and all that is in it, at once."""
        if input_type:
            quiet: bool = cast("Any", self.context).hide_suggestions
            for error in islice(unfit_in(node, input_type, quiet=quiet), _MOST):
                self.report_error(error)
        return SKIP


def unfit_in(node: ValueNode, kind: Any, *, quiet: bool) -> Iterator[GraphQLError]:
    """What is wrong with a value of this type, found as it is asked for."""
    if isinstance(node, VariableNode):
        return  # another rule's
    if isinstance(kind, GraphQLNonNull):
        if isinstance(node, NullValueNode):
            yield GraphQLError(f"Expected value of non-null type '{kind}' not to be None.", node)
        else:
            yield from unfit_in(node, cast("Any", kind).of_type, quiet=quiet)
    elif isinstance(node, NullValueNode):
        return
    elif isinstance(kind, GraphQLList):
        for each in node.values if isinstance(node, ListValueNode) else (node,):
            yield from unfit_in(each, cast("Any", kind).of_type, quiet=quiet)
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _unfit_object(node, kind, quiet=quiet)
    else:
        yield from _unfit_leaf(node, kind, quiet=quiet)


def _unfit_object(
    node: ValueNode, kind: GraphQLInputObjectType, *, quiet: bool
) -> Iterator[GraphQLError]:
    if not isinstance(node, ObjectValueNode):
        meant = "" if quiet else _meant(node, kind)
        yield GraphQLError(f"Expected value of type '{kind}' to be an object.{meant}", node)
        return
    given = {field.name.value: field for field in node.fields}
    for name, field in kind.fields.items():
        if name in given:
            yield from unfit_in(given[name].value, field.type, quiet=quiet)
        elif is_required_input_field(field):
            message = f"Expected value of type '{kind}' to include required field '{name}'."
            yield GraphQLError(message, node)
    for field in node.fields:
        if (name := field.name.value) not in kind.fields:
            meant = "" if quiet else did_you_mean(suggestion_list(name, list(kind.fields)))
            message = f"Expected value of type '{kind}' not to include unknown field '{name}'."
            yield GraphQLError(f"{message}{meant}", field)
    known = [field for field in node.fields if field.name.value in kind.fields]
    if kind.is_one_of and (len(known) != 1 or isinstance(known[0].value, NullValueNode)):
        message = f"Expected value of type '{kind}' to have exactly one field, which is not null."
        yield GraphQLError(message, node)


def _meant(node: ValueNode, kind: GraphQLInputObjectType) -> str:
    """What a value in place of a filter was meant as, if it may be compared with."""
    operator = operator_of(kind, listed=is_listed(node))
    if operator is None or any(unfit_in(node, operator.kind, quiet=True)):
        return ""
    return meant_by(operator, node)


def _unfit_leaf(node: ValueNode, kind: Any, *, quiet: bool) -> list[GraphQLError]:
    """What the scalar, or the enum, says itself."""
    found: list[GraphQLError] = []

    def note(error: GraphQLError, _: Any) -> None:
        found.append(error)

    _validate(node, kind, note, None, None, quiet)
    return found
