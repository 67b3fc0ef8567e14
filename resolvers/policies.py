"""In charge of policies: which ones an operation asks about, and what the user's function says.

It is asked once for an operation, about all of them. What it does not grant is denied.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_abstract_type,
    visit,
)
from strawberry.extensions import SchemaExtension

from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.introspection import QUESTIONS, Introspection, introspection_of
from resolvers.documents.parsing import Tree, tree_of
from resolvers.guards import Guards, guards_of
from telemetry import logger, span

_log = logger("auth")


def policies_asked(schema: GraphQLSchema, tree: Tree) -> frozenset[str]:
    """The names that have a say about what a valid operation asks for, be it skipped or not.

    About what a viewer is told of the schema, all of them have.
    """
    policies = guards_of(schema).policies
    if not policies:
        return frozenset()
    fields = _fields(schema, tree)
    if fields.questions and introspection_of(schema) is Introspection.ALLOWED:
        return frozenset[str]().union(*policies.values())
    return frozenset[str]().union(*(policies.get(each, ()) for each in fields.coordinates))


def guarded_in(schema: GraphQLSchema, tree: Tree) -> frozenset[str]:
    """The fields with a rule, by their coordinates, that an operation asks for, skipped or not."""
    rules = guards_of(schema).rules
    return frozenset(rules.keys() & _fields(schema, tree).coordinates) if rules else frozenset()


def _fields(schema: GraphQLSchema, tree: Tree) -> _Fields:
    fields = _Fields(schema)
    fields.walk(tree)
    return fields


class _Fields(Visitor):
    """Collects the fields of an operation, those of every type that an object may be of.

    There are ``questions`` if it asks about the schema.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.coordinates: set[str] = set()
        self.questions = False
        self._schema = schema
        self._info = TypeInfo(schema)
        self._spread: dict[str, None] = {}

    def walk(self, tree: Tree) -> None:
        """Looks at the operation, and at the fragments that it comes to."""
        parts = [n for n in tree.document.definitions if isinstance(n, FragmentDefinitionNode)]
        fragments = {each.name.value: each for each in parts}
        self._look(tree.node)
        looked = set[str]()
        while names := self._spread.keys() - looked:
            for name in names:
                looked.add(name)
                self._look(fragments[name])

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """A field of an object, or of an interface that several types have."""
        self.questions |= node.name.value in QUESTIONS
        parent: Any = self._info.get_parent_type()
        kinds: Iterable[GraphQLObjectType] = (
            self._schema.get_possible_types(parent) if is_abstract_type(parent) else (parent,)
        )
        self.coordinates.update(f"{kind.name}.{node.name.value}" for kind in kinds)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        """What is spread is looked at later, once."""
        self._spread[node.name.value] = None

    def _look(self, node: Node) -> None:
        visit(node, TypeInfoVisitor(self._info, self))


async def granted(
    guards: Guards, context: Context, names: frozenset[str], seconds: float
) -> frozenset[str]:
    """Those of these policies that the user's function grants; none if it cannot tell in time."""
    if guards.decide is None:
        return frozenset()
    try:
        with span("policies"):
            async with asyncio.timeout(seconds):
                told = await guards.decide(context.principal, names, context)
            return names & frozenset(_yes(told))
    except Exception as error:  # noqa: BLE001 (undecided is denied, whatever the reason)
        _log.error("policies_undecided", policies=sorted(names), exc_info=error)
        return frozenset()


def _yes(told: Any) -> Iterable[str]:
    match told:
        case None:
            return ()
        case str():
            raise TypeError("the function of policies gave a text, not a list of names")
        case Mapping():
            said = cast("Mapping[str, Any]", told)
            return [name for name, holds in said.items() if holds is True]
        case _:
            return cast("Iterable[str]", told)


class Deciding(SchemaExtension):
    """Asks about policies what Strawberry is to execute, before it does."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Once the document is known to be valid."""
        running: Any = self.execution_context
        tree = tree_of(running.graphql_document, running.operation_name)
        names = policies_asked(core_of(running.schema), tree) if tree else frozenset[str]()
        if names:
            running.context = await running.context.knowing(names)
        yield
