"""In charge of how each root field of an operation is answered: directly, or by graphql-core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from resolvers.breadth.fields import FieldPlan
from resolvers.breadth.shaping import Shaper
from resolvers.completion.forms import Former
from resolvers.completion.levels import Level
from resolvers.documents.fields import Asked, arguments_of, asked_fields
from resolvers.documents.members import MEMBER, Anyone, Calls, Many, Member, One
from resolvers.errors import NodeIdError
from resolvers.planning.arguments import value_of
from resolvers.planning.calling import called
from resolvers.planning.cursors import parsed_node_id
from resolvers.planning.plan import Island, Planner
from resolvers.planning.questions import Variables
from resolvers.planning.selection import Selector
from resolvers.planning.variables import StructuralError, Variable
from resolvers.reasons import Form, NotDirectError, Reason
from resolvers.roots import found_by


class Scope(NamedTuple):
    """What an operation's document is read with, as `documents` wants it."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variable_values: Variables
    planner: Planner


@dataclass(frozen=True, slots=True)
class Root:
    """A root field, and how it is answered: what is there of the first three; else by graphql-core.

    ``constant`` is the answer itself; ``level`` makes it of rows; ``field`` also calls resolvers.
    """

    key: str
    name: str
    constant: str | None = None
    level: Level | None = None
    field: FieldPlan | None = None
    refused: NotDirectError | None = None  # why it is left to graphql-core
    document: DocumentNode | None = None  # of this root alone, for graphql-core, if it is refused
    island: Island | None = None  # what is read for it, where it is the engine's own

    @property
    def form(self) -> Form:
        """How it is answered."""
        if self.refused:
            return Form.STANDARD
        return Form.RESOLVERS if self.field else Form.ROWS

    @property
    def is_direct(self) -> bool:
        """Whether it is a field of the graph, and not left to graphql-core."""
        return self.level is not None or self.field is not None


class RootPlanner:
    """Plans the root fields of one operation of a valid document, for whoever asks."""

    def __init__(
        self,
        schema: GraphQLSchema,
        catalog: Catalog,
        document: DocumentNode,
        node: OperationDefinitionNode,
    ) -> None:
        self._schema = schema
        self._catalog = catalog
        self._node = node
        fragments = [n for n in document.definitions if isinstance(n, FragmentDefinitionNode)]
        self._fragments = {fragment.name.value: fragment for fragment in fragments}

    def roots(self, planner: Planner, variables: Variables) -> list[Root]:
        """The root fields that are asked for; raises ``StructuralError``."""
        scope = Scope(self._schema, self._fragments, variables, planner)
        return [self._root(scope, asked) for asked in self._asked(scope)]

    def document(self, planner: Planner, key: str, variables: Variables) -> DocumentNode:
        """The operation with the root field of this key only."""
        asked = self._asked(Scope(self._schema, self._fragments, variables, planner))
        return next(self._document(each.nodes) for each in asked if each.key == key)

    def _asked(self, scope: Scope) -> Iterator[Asked]:
        kind = cast("GraphQLObjectType", self._schema.query_type)
        top = cast("Sequence[FieldNode]", [self._node])
        return asked_fields(scope, kind, top, meta=True)

    def _root(self, scope: Scope, asked: Asked) -> Root:
        bare = Root(asked.key, asked.name)
        if asked.name == "__typename":
            return replace(bare, constant="Query")
        try:
            found = self._planned(scope, asked)
        except (BigraphError, GraphQLError) as error:
            return self._refused(bare, asked, NotDirectError(Reason.INPUT, str(error)))
        bare = replace(bare, island=found and found[1])
        try:
            return self._direct(scope, asked, bare, found)
        except NotDirectError as error:
            return self._refused(bare, asked, error)

    def _refused(self, bare: Root, asked: Asked, why: NotDirectError) -> Root:
        return replace(bare, refused=why, document=self._document(asked.nodes))

    def _direct(
        self, scope: Scope, asked: Asked, bare: Root, found: tuple[Entity, Island] | None
    ) -> Root:
        if found is not None:
            entity, island = found
            former = Former(scope.planner.catalog, scope)
            make = former.page if island.page else former.entity
            try:
                form = former.value(entity, asked) if island.value else make(entity, asked.nodes)
            except NotDirectError as error:
                if error.reason is not Reason.BEYOND_ROWS:
                    raise
            else:
                return replace(bare, level=Level(self._schema, island, form))
        shaper = Shaper(scope.planner, scope)
        return replace(bare, field=shaper.root(asked, found and found[1]))

    def _planned(self, scope: Scope, asked: Asked) -> tuple[Entity, Island] | None:
        """What is read for a root field of the engine's own, and of which entity it gives rows."""
        definition = asked.definition.extensions.get("strawberry-definition")
        member: Member | None = definition.metadata.get(MEMBER) if definition else None
        arguments = arguments_of(scope, asked)
        match member:
            case Many(entity):
                selector = Selector(scope.planner.catalog, scope)
                return entity, scope.planner.page(selector.page(entity, asked.nodes, arguments))
            case One(entity, key):
                fields = [entity.fields[name] for name in key]
                values = [value_of(field.type, arguments[field.api]) for field in fields]
                return entity, self._one(scope, asked, entity, key, values)
            case Anyone():
                entity, values = self._known(arguments["id"])
                return entity, self._one(scope, asked, entity, entity.key, values)
            case Calls(routine):
                selector = Selector(scope.planner.catalog, scope)
                island = called(scope.planner, selector, routine, asked.nodes, arguments)
                return routine.entity, island
            case _:
                return None

    def _one(
        self,
        scope: Scope,
        asked: Asked,
        entity: Entity,
        key: Sequence[str],
        values: Sequence[Any],
    ) -> Island:
        catalog = scope.planner.catalog
        selection = Selector(catalog, scope).entity(entity, asked.nodes)
        return scope.planner.one(selection, found_by(catalog, entity, key, values))

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
