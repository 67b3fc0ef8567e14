"""In charge of mutations that are to be refused whole: before anything of them is done.

Queries are executed, and what was found is not told. What a mutation has done cannot be undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
)
from strawberry.extensions import SchemaExtension

from resolvers.context import Context
from resolvers.documents.coercion import coerced_by_core
from resolvers.documents.fields import Asked, Place, asked_fields, object_types_of
from resolvers.documents.info import core_of
from resolvers.documents.members import Writes, member_of
from resolvers.documents.parsing import Tree, tree_of
from resolvers.guards import guards_of
from resolvers.planning.seen import Seen


class Refusing(SchemaExtension):
    """Looks at mutations of requests that want all or nothing."""

    def on_execute(self) -> Iterator[None]:
        """Once it is known which policies hold."""
        running: Any = self.execution_context
        context = running.context
        if isinstance(context, Context) and context.means.whole:
            tree = tree_of(running.graphql_document, running.operation_name)
            if tree and tree.node.operation is OperationType.MUTATION:
                given: dict[str, Any] = running.variables or {}
                check_whole(core_of(running.schema), tree, given, context.catalog)
        yield


def check_whole(schema: GraphQLSchema, tree: Tree, given: Mapping[str, Any], catalog: Seen) -> None:
    """Raises ``UnauthorizedError`` if a valid mutation asks for what the viewer may never use.

    That is fields of the user's, and writes of which no row is for the viewer. Whether a row is
    one of those that may be written is told when it is written.
    """
    variables = coerced_by_core(schema, tree.node.variable_definitions or (), given)
    if schema.mutation_type is None or isinstance(variables, GraphQLError):
        return  # it is not executed
    parts = [n for n in tree.document.definitions if isinstance(n, FragmentDefinitionNode)]
    fields = _Fields(schema, {each.name.value: each for each in parts}, variables.coerced)
    ruled = guards_of(schema).rules
    root: Any = tree.node
    for kind, asked in fields.below(schema.mutation_type, [root]):
        if (coordinate := f"{kind.name}.{asked.name}") in ruled:
            catalog.check_use(coordinate)
        if isinstance(member := member_of(asked.definition), Writes):
            for action in member.write.actions:
                catalog.may(member.write.entity, action)


@dataclass(frozen=True)
class _Fields:
    """What an operation asks for, without what it skips."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variable_values: Any
    looked_at: set[tuple[str, Place]] = field(default_factory=set[tuple[str, Place]])

    def below(
        self, kind: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> Iterator[tuple[GraphQLObjectType, Asked]]:
        """The fields of these nodes and of all below, of every type that an object may be of."""
        for asked in asked_fields(self, kind, nodes):
            if (kind.name, asked.place) in self.looked_at:
                continue
            self.looked_at.add((kind.name, asked.place))
            yield kind, asked
            for each in object_types_of(self.schema, asked):
                yield from self.below(each, asked.nodes)
