"""In charge of reading GraphQL documents: which fields a selection set asks of one object type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import (
    VariableValues,
    get_argument_values,
    get_directive_values,
)

from resolvers.info import RawInfo

Place = frozenset[int]
"""Which field nodes of the document a value answers: equal for equal nodes, so for equal
arguments and selections, wherever in the answer they stand. The document outlives the request.
"""


class Asked(NamedTuple):
    """A field that is asked for: its response key, definition and merged AST nodes."""

    key: str
    name: str
    definition: GraphQLField
    nodes: Sequence[FieldNode]

    @property
    def place(self) -> Place:
        """The identity of what is asked."""
        return frozenset(map(id, self.nodes))


def asked_fields(
    info: RawInfo, kind: GraphQLObjectType, nodes: Sequence[FieldNode]
) -> Iterator[Asked]:
    """The fields below these nodes, for an object of this type.

    Fragments are followed, ``@skip`` and ``@include`` obeyed, equal response keys merged;
    meta-fields such as ``__typename`` are left out.
    """
    grouped: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    for node in nodes:
        if node.selection_set:
            _collect(info, kind, node.selection_set, grouped, seen)
    for key, same in grouped.items():
        name = same[0].name.value
        if name in kind.fields:
            yield Asked(key, name, kind.fields[name], same)


def fields_below(info: RawInfo, asked: Asked) -> Iterator[Asked]:
    """The fields asked of the value of a field, which is an object or a list of them."""
    definition = cast("Any", asked.definition)
    kind = cast("Any", get_named_type)(definition.type)
    return asked_fields(info, kind, asked.nodes)


def asked_field(info: RawInfo) -> Asked:
    """The very field that is being resolved."""
    definition = info.parent_type.fields[info.field_name]
    return Asked(str(info.path.key), info.field_name, definition, info.field_nodes)


def arguments_of(info: RawInfo, asked: Asked) -> dict[str, Any]:
    """The field's coerced arguments; those left out are absent."""
    return get_argument_values(asked.definition, asked.nodes[0], _variables(info))


def _collect(
    info: RawInfo,
    kind: GraphQLObjectType,
    selections: SelectionSetNode,
    grouped: dict[str, list[FieldNode]],
    seen: set[str],
) -> None:
    for node in selections.selections:
        if not _included(info, node):
            continue
        if isinstance(node, FieldNode):
            key = node.alias.value if node.alias else node.name.value
            grouped.setdefault(key, []).append(node)
        elif isinstance(node, InlineFragmentNode):
            if _applies(info, kind, node.type_condition):
                _collect(info, kind, node.selection_set, grouped, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = info.fragments[node.name.value]
            if _applies(info, kind, fragment.type_condition):
                _collect(info, kind, fragment.selection_set, grouped, seen)


def _included(info: RawInfo, node: Any) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, _variables(info))
    include = get_directive_values(GraphQLIncludeDirective, node, _variables(info))
    return not (skip and skip["if"]) and not (include and not include["if"])


def _variables(info: RawInfo) -> VariableValues:
    # Strawberry hands resolvers the coerced values alone.
    return VariableValues(sources={}, coerced=cast("dict[str, Any]", info.variable_values))


def _applies(info: RawInfo, kind: GraphQLObjectType, condition: Any) -> bool:
    if condition is None or condition.name.value == kind.name:
        return True
    named: GraphQLNamedType | None = info.schema.type_map.get(condition.name.value)
    return is_abstract_type(named) and info.schema.is_sub_type(named, kind)
