"""In charge of which root fields of a mutation are the engine's own, and which are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
)

from resolvers.documents.members import Writes, member_of
from resolvers.documents.parsing import Tree
from resolvers.writes.kinds import Write


def others_in(schema: GraphQLSchema, tree: Tree) -> list[str]:
    """The names of those that an operation asks for, skipped or not; it need not be valid."""
    asked = _asked(schema, tree)
    return [name for name, field in asked.items() if not isinstance(member_of(field), Writes)]


def writes_in(schema: GraphQLSchema, tree: Tree) -> Mapping[str, Write]:
    """What those are that are the engine's own, by their names."""
    members = {name: member_of(field) for name, field in _asked(schema, tree).items()}
    return {name: each.write for name, each in members.items() if isinstance(each, Writes)}


def _asked(schema: GraphQLSchema, tree: Tree) -> Mapping[str, GraphQLField]:
    parts = tree.document.definitions
    fragments = {p.name.value: p for p in parts if isinstance(p, FragmentDefinitionNode)}
    kind = schema.mutation_type
    fields: Mapping[str, GraphQLField] = kind.fields if kind else {}
    names = dict.fromkeys(_names(tree.node.selection_set, fragments))
    return {name: fields[name] for name in names if name in fields}


def _names(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    """The root fields' names; fragments may be as many and as deep as a document is long."""
    waiting, seen = [selections], set[str]()
    while waiting:
        for node in waiting.pop().selections:
            match node:
                case FieldNode():
                    yield node.name.value
                case InlineFragmentNode():
                    waiting.append(node.selection_set)
                case FragmentSpreadNode():
                    name = node.name.value
                    if name in fragments and name not in seen:
                        seen.add(name)
                        waiting.append(fragments[name].selection_set)
                case _:
                    pass
