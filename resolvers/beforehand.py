"""In charge of mutations that are to be refused whole: before anything of them is done.

Queries are executed, and what was found is not told. What a mutation has done cannot be undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLSchema, OperationType
from strawberry.extensions import SchemaExtension

from resolvers.context import Context
from resolvers.info import core_of
from resolvers.members import Writes, member_of
from resolvers.parsing import Tree, tree_of
from resolvers.policies import coordinates_in, guarded_in
from resolvers.seen import Seen


class Refusing(SchemaExtension):
    """Looks at mutations of requests that want all or nothing."""

    def on_execute(self) -> Iterator[None]:
        """Once it is known which policies hold."""
        running: Any = self.execution_context
        context = running.context
        if isinstance(context, Context) and context.whole:
            tree = tree_of(running.graphql_document, running.operation_name)
            if tree and tree.node.operation is OperationType.MUTATION:
                check_whole(core_of(running.schema), tree, context.catalog)
        yield


def check_whole(schema: GraphQLSchema, tree: Tree, catalog: Seen) -> None:
    """Raises ``UnauthorizedError`` if a valid mutation asks for what the viewer may never use.

    That is fields of the user's, and writes of which no row is for the viewer, be they skipped or
    not. Whether a row is one of those that may be written is told when it is written.
    """
    for coordinate in sorted(guarded_in(schema, tree)):
        catalog.check_use(coordinate)
    root = schema.mutation_type
    asked = coordinates_in(schema, tree)
    for name, definition in root.fields.items() if root else ():
        member = member_of(definition)
        if isinstance(member, Writes) and f"{root}.{name}" in asked:
            for action in member.write.actions:
                catalog.may(member.write.entity, action)
