"""In charge of reading GraphQL documents: which fields a selection set asks of one object type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLDeferDirective,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLStreamDirective,
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

from resolvers.documents.info import RawInfo

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
    info: Scope,
    kind: GraphQLObjectType,
    nodes: Sequence[FieldNode],
    *,
    meta: bool = False,
    at_once: bool = False,
) -> Iterator[Asked]:
    """The fields below these nodes, for an object of this type.

    Fragments are followed, ``@skip`` and ``@include`` obeyed, equal response keys merged;
    ``__typename`` is there only for whom ``meta`` asks, and what ``@defer`` leaves for later only
    for who does not want what is ``at_once``.
    """
    collecting = _Collecting(info, kind, at_once=at_once)
    for node in nodes:
        if node.selection_set:
            collecting.add(node.selection_set)
    for key, same in collecting.grouped.items():
        name = same[0].name.value
        if name in kind.fields:
            yield Asked(key, name, kind.fields[name], same)
        elif meta:
            yield Asked(key, name, TypeNameMetaFieldDef, same)


def fields_below(info: Scope, asked: Asked) -> Iterator[Asked]:
    """The fields asked of the value of a field, which is an object or a list of them."""
    return asked_fields(info, named_type_of(asked), asked.nodes)


def named_type_of(asked: Asked) -> Any:
    """The type of a field's value, or of each that a list of them holds."""
    return cast("Any", get_named_type)(cast("Any", asked.definition).type)


def object_types_of(schema: GraphQLSchema, asked: Asked) -> Sequence[GraphQLObjectType]:
    """The types that objects in a field's value may have; none if it holds none."""
    kind = named_type_of(asked)
    if is_abstract_type(kind):
        return schema.get_possible_types(kind)
    return (kind,) if isinstance(kind, GraphQLObjectType) else ()


def asked_field(info: RawInfo) -> Asked:
    """The very field that is being resolved."""
    definition = info.parent_type.fields[info.field_name]
    return Asked(str(info.path.key), info.field_name, definition, info.field_nodes)


def arguments_of(info: Scope, asked: Asked) -> dict[str, Any]:
    """The field's coerced arguments; those left out are absent."""
    return get_argument_values(asked.definition, asked.nodes[0], _variables(info))


def at_once_of(info: Scope, asked: Asked) -> int | None:
    """How many items of a list ``@stream`` does not leave for later; None if all."""
    node = asked.nodes[0]
    said = get_directive_values(GraphQLStreamDirective, node, _variables(info))
    return max(0, said["initialCount"] or 0) if said and said["if"] else None


class _Collecting:
    """What selection sets ask of an object of one type, by response key."""

    def __init__(self, info: Scope, kind: GraphQLObjectType, *, at_once: bool) -> None:
        self.grouped: dict[str, list[FieldNode]] = {}
        self._info = info
        self._kind = kind
        self._at_once = at_once
        self._seen: set[str] = set()

    def add(self, selections: SelectionSetNode) -> None:
        """What a selection set asks for as well."""
        for node in selections.selections:
            if node.directives and not self._included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                self.grouped.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(node.type_condition):
                    self.add(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in self._seen:
                self._seen.add(node.name.value)
                fragment = self._info.fragments[node.name.value]
                if self._applies(fragment.type_condition):
                    self.add(fragment.selection_set)

    def _included(self, node: Any) -> bool:
        variables = _variables(self._info)
        skip = get_directive_values(GraphQLSkipDirective, node, variables)
        include = get_directive_values(GraphQLIncludeDirective, node, variables)
        if (skip and skip["if"]) or (include and not include["if"]):
            return False
        defer = self._at_once and get_directive_values(GraphQLDeferDirective, node, variables)
        return not (defer and defer["if"])

    def _applies(self, condition: Any) -> bool:
        if condition is None or condition.name.value == self._kind.name:
            return True
        schema = self._info.schema
        named: GraphQLNamedType | None = schema.type_map.get(condition.name.value)
        return is_abstract_type(named) and schema.is_sub_type(named, self._kind)


def _variables(info: Scope) -> VariableValues:
    # Strawberry hands resolvers the coerced values alone.
    return VariableValues(sources={}, coerced=cast("dict[str, Any]", info.variable_values))
