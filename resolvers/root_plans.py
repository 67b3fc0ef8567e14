"""In charge of how each root field of an operation is answered: directly, or by graphql-core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
)

from catalog.entity import Catalog, Entity
from catalog.errors import BigraphError
from resolvers.arguments import value_of
from resolvers.cursors import parsed_node_id
from resolvers.documents import Asked, arguments_of, asked_fields
from resolvers.errors import NodeIdError
from resolvers.forms import Former, NotDirectError
from resolvers.levels import Level
from resolvers.members import MEMBER, Anyone, Many, Member, One
from resolvers.plan import Island, Planner
from resolvers.questions import Variables
from resolvers.roots import equals
from resolvers.selection import Selector
from resolvers.variables import StructuralError, Variable


class Scope(NamedTuple):
    """What an operation's document is read with, as `documents` wants it."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variable_values: Variables


@dataclass(frozen=True, slots=True)
class Root:
    """A root field as it is answered: directly on ``level``, as a constant, or by graphql-core."""

    key: str
    name: str
    document: DocumentNode  # of this root alone, for graphql-core
    level: Level | None = None
    constant: str | None = None
    reason: str | None = None  # why it is not answered directly


class RootPlanner:
    """Plans the root fields of one operation of a valid document."""

    def __init__(
        self,
        schema: GraphQLSchema,
        catalog: Catalog,
        planner: Planner,
        document: DocumentNode,
        node: OperationDefinitionNode,
    ) -> None:
        self._schema = schema
        self._catalog = catalog
        self._planner = planner
        self._node = node
        fragments = [n for n in document.definitions if isinstance(n, FragmentDefinitionNode)]
        self._fragments = {fragment.name.value: fragment for fragment in fragments}

    def roots(self, variables: Variables) -> list[Root]:
        """The root fields that are asked for; raises ``StructuralError``."""
        scope = Scope(self._schema, self._fragments, variables)
        kind = cast("GraphQLObjectType", self._schema.query_type)
        top = cast("Sequence[FieldNode]", [self._node])
        return [self._root(scope, asked) for asked in asked_fields(scope, kind, top, meta=True)]

    def _root(self, scope: Scope, asked: Asked) -> Root:
        document = self._document(asked.nodes)
        if asked.name == "__typename":
            return Root(asked.key, asked.name, document, constant="Query")
        try:
            return Root(asked.key, asked.name, document, self._level(scope, asked))
        except (NotDirectError, BigraphError, GraphQLError) as error:
            return Root(asked.key, asked.name, document, reason=str(error))

    def _level(self, scope: Scope, asked: Asked) -> Level:
        definition = asked.definition.extensions.get("strawberry-definition")
        member: Member | None = definition.metadata.get(MEMBER) if definition else None
        former = Former(self._catalog, scope)
        arguments = arguments_of(scope, asked)
        match member:
            case Many(entity):
                form = former.page(entity, asked.nodes)
                selector = Selector(self._catalog, scope)
                island = self._planner.page(selector.page(entity, asked.nodes, arguments))
                return Level(self._schema, island, form)
            case One(entity, key):
                fields = [entity.fields[name] for name in key]
                values = [value_of(field.type, arguments[field.api]) for field in fields]
                island = self._one(scope, asked, entity, key, values)
                return Level(self._schema, island, former.entity(entity, asked.nodes))
            case Anyone():
                entity, values = self._known(arguments["id"])
                island = self._one(scope, asked, entity, entity.key, values)
                return Level(self._schema, island, former.entity(entity, asked.nodes))
            case _:
                raise NotDirectError(f"Query.{asked.name} has a resolver of its own")

    def _one(
        self,
        scope: Scope,
        asked: Asked,
        entity: Entity,
        key: Sequence[str],
        values: Sequence[Any],
    ) -> Island:
        selection = Selector(self._catalog, scope).entity(entity, asked.nodes)
        return self._planner.one(selection, equals(key, values))

    def _known(self, given: Any) -> tuple[Entity, Sequence[Any]]:
        """The entity and key of a node id; of a variable the plan depends on the entity alone."""
        if not isinstance(given, Variable):
            return parsed_node_id(self._catalog, given)
        if given.told is None:
            raise StructuralError(given.name, self._entity_named)
        if not given.told:
            raise NodeIdError("This is not a nodeId of this graph.")
        entity = self._catalog[given.told]
        parts = [partial(self._key_part, number) for number in range(len(entity.key))]
        return entity, [Variable(given.name, part=part) for part in parts]

    def _entity_named(self, given: Any) -> str:
        try:
            return parsed_node_id(self._catalog, given)[0].name
        except (NodeIdError, AttributeError):  # it is none, or there is none
            return ""

    def _key_part(self, number: int, given: str) -> Any:
        return parsed_node_id(self._catalog, given)[1][number]

    def _document(self, nodes: Sequence[FieldNode]) -> DocumentNode:
        """The operation with these root fields only."""
        node = OperationDefinitionNode(
            operation=self._node.operation,
            name=self._node.name,
            variable_definitions=self._node.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(nodes)),
            loc=self._node.loc,
        )
        return DocumentNode(definitions=(node, *self._fragments.values()))
