"""In charge of reading GraphQL documents: which fields a selection set asks of one object type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    TypeNameMetaFieldDef,
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


class Scope(Protocol):
    """What a document is read with: its fragments, the variables' values, the schema."""

    @property
    def schema(self) -> GraphQLSchema:
        """The schema that it is valid for."""
        ...

    @property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """By name."""
        ...

    @property
    def variable_values(self) -> Any:
        """Coerced, by name; those that were not given and have no default are absent."""
        ...


def asked_fields(
    info: Scope, kind: GraphQLObjectType, nodes: Sequence[FieldNode], *, meta: bool = False
) -> Iterator[Asked]:
    """The fields below these nodes, for an object of this type.

    Fragments are followed, ``@skip`` and ``@include`` obeyed, equal response keys merged;
    ``__typename`` is there only for whom ``meta`` asks.
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
        elif meta:
            yield Asked(key, name, TypeNameMetaFieldDef, same)


def fields_below(info: Scope, asked: Asked) -> Iterator[Asked]:
    """The fields asked of the value of a field, which is an object or a list of them."""
    definition = cast("Any", asked.definition)
    kind = cast("Any", get_named_type)(definition.type)
    return asked_fields(info, kind, asked.nodes)


def asked_field(info: RawInfo) -> Asked:
    """The very field that is being resolved."""
    definition = info.parent_type.fields[info.field_name]
    return Asked(str(info.path.key), info.field_name, definition, info.field_nodes)


def arguments_of(info: Scope, asked: Asked) -> dict[str, Any]:
    """The field's coerced arguments; those left out are absent."""
    return get_argument_values(asked.definition, asked.nodes[0], _variables(info))


def _collect(
    info: Scope,
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


def _included(info: Scope, node: Any) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, _variables(info))
    include = get_directive_values(GraphQLIncludeDirective, node, _variables(info))
    return not (skip and skip["if"]) and not (include and not include["if"])


def _variables(info: Scope) -> VariableValues:
    # Strawberry hands resolvers the coerced values alone.
    return VariableValues(sources={}, coerced=cast("dict[str, Any]", info.variable_values))


def _applies(info: Scope, kind: GraphQLObjectType, condition: Any) -> bool:
    if condition is None or condition.name.value == kind.name:
        return True
    named: GraphQLNamedType | None = info.schema.type_map.get(condition.name.value)
    return is_abstract_type(named) and info.schema.is_sub_type(named, kind)
