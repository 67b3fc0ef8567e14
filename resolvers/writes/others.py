"""In charge of which root fields of a mutation are not the engine's own."""

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

from resolvers.members import Writes, member_of
from resolvers.parsing import Tree


def others_in(schema: GraphQLSchema, tree: Tree) -> list[str]:
    """The names of those that an operation asks for, skipped or not; it need not be valid."""
    parts = tree.document.definitions
    fragments = {p.name.value: p for p in parts if isinstance(p, FragmentDefinitionNode)}
    kind = schema.mutation_type
    fields: Mapping[str, GraphQLField] = kind.fields if kind else {}
    names = dict.fromkeys(_names(tree.node.selection_set, fragments, set()))
    known = [name for name in names if name in fields]
    return [name for name in known if not isinstance(member_of(fields[name]), Writes)]


def _names(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    seen: set[str],
) -> Iterator[str]:
    for node in selections.selections:
        match node:
            case FieldNode():
                yield node.name.value
            case InlineFragmentNode():
                yield from _names(node.selection_set, fragments, seen)
            case FragmentSpreadNode() if node.name.value in fragments.keys() - seen:
                seen.add(node.name.value)
                yield from _names(fragments[node.name.value].selection_set, fragments, seen)
            case _:
                pass
