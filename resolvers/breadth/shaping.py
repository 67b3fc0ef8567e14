"""In charge of planning completion: fields and shapes, from a document's selections.

What cannot be completed exactly as Strawberry would is refused, with a reason.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLObjectType,
    is_abstract_type,
    is_leaf_type,
)
from strawberry.types.field import StrawberryField

from catalog.entity import Relation
from catalog.errors import BigraphError
from catalog.types import Field
from resolvers.batched import many_of
from resolvers.breadth.fields import (
    Attribute,
    Called,
    CalledOnce,
    Constant,
    FieldPlan,
    Followed,
    Planned,
    Produced,
    Source,
    Stored,
    Summed,
)
from resolvers.breadth.leaves import Leaf
from resolvers.breadth.objects import Shape
from resolvers.documents.fields import Asked, Scope, asked_fields, named_type_of
from resolvers.documents.members import MEMBER, PRODUCE
from resolvers.planning.plan import Island, Planner
from resolvers.planning.selection import Selector
from resolvers.planning.summaries import resolve_summary
from resolvers.reasons import NotDirectError, Reason
from resolvers.traced import Traced


class Shaper:
    """Plans the completion of one operation's root fields; raises ``NotDirectError``."""

    def __init__(self, planner: Planner, scope: Scope) -> None:
        self._catalog = planner.catalog
        self._planner = planner
        self._scope = scope

    def root(self, asked: Asked, island: Island | None) -> FieldPlan:
        """A root field; with an island, it is the engine's own, which reads it."""
        kind = cast("GraphQLObjectType", self._scope.schema.query_type)
        if island is None:
            return self._field(kind, 0, asked, planned=False)
        return self._plan(kind, 0, asked, Planned(island), planned=True)

    def _shape(
        self, kind: GraphQLObjectType, nodes: Sequence[FieldNode], *, planned: bool
    ) -> Shape:
        _check_type(kind)
        asked = enumerate(asked_fields(self._scope, kind, nodes, meta=True))
        fields = [self._field(kind, number, each, planned=planned) for number, each in asked]
        return Shape(kind, tuple(fields), self._catalog.get(kind.name))

    def _field(
        self, kind: GraphQLObjectType, number: int, asked: Asked, *, planned: bool
    ) -> FieldPlan:
        source = self._source(kind, asked, planned=planned)
        match source:
            case Followed() | Planned():
                planned = True
            case Called() | CalledOnce() | Produced():
                planned = False
            case _:
                pass
        return self._plan(kind, number, asked, source, planned=planned)

    def _plan(
        self,
        kind: GraphQLObjectType,
        number: int,
        asked: Asked,
        source: Source,
        *,
        planned: bool,
    ) -> FieldPlan:
        returned: Any = cast("Any", asked.definition).type
        named = named_type_of(asked)
        return FieldPlan(
            key=asked.key,
            number=number,
            nodes=asked.nodes,
            parent=kind,
            definition=asked.definition,
            type=returned,
            source=source,
            below={
                each.name: self._shape(each, asked.nodes, planned=planned)
                for each in self._objects_of(named)
            },
            leaf=Leaf(returned) if is_leaf_type(named) else None,
        )

    def _objects_of(self, named: GraphQLNamedType) -> Iterator[GraphQLObjectType]:
        if is_abstract_type(named):
            _check_type(named)
            yield from self._scope.schema.get_possible_types(named)
        elif isinstance(named, GraphQLObjectType):
            yield named

    def _source(self, kind: GraphQLObjectType, asked: Asked, *, planned: bool) -> Source:
        if asked.name == "__typename":
            return Constant(kind.name)
        field: StrawberryField | None = asked.definition.extensions.get("strawberry-definition")
        if field is None:
            raise NotDirectError(Reason.INTROSPECTION, f"{kind.name}.{asked.name} is GraphQL's own")
        member, of_entity = field.metadata.get(MEMBER), kind.name in self._catalog
        if isinstance(member, Relation) and of_entity:
            return self._followed(asked, member, planned=planned)
        produce = field.metadata.get(PRODUCE)
        if produce is resolve_summary:
            return Summed(asked.place)
        if produce is not None:
            return Produced(field, produce)
        if not self._catalog.uses(name := f"{kind.name}.{asked.name}"):
            raise NotDirectError(Reason.UNAUTHORIZED, f"{name} may not be read")
        _check_field(kind, field)
        if (resolver := _resolver_of(field)) is not None:
            many = many_of(resolver.wrapped_func)
            return Called(field) if many is None else CalledOnce(field, many)
        if isinstance(member, Field) and of_entity:
            return Stored(member.name)
        return Attribute(field.python_name, field.default_resolver)

    def _followed(self, asked: Asked, relation: Relation, *, planned: bool) -> Followed:
        try:
            self._catalog.check_shown(self._catalog[relation.source], relation)
            if planned:
                return Followed(asked.place, None)
            edge = Selector(self._catalog, self._scope).edge(asked, relation)
            return Followed(asked.place, self._planner.hop(edge))
        except (BigraphError, GraphQLError) as error:
            return Followed(asked.place, None, error)


def _check_field(kind: GraphQLObjectType, field: StrawberryField) -> None:
    """Refuses what Strawberry does around a resolver and is not done here."""
    name = f"{kind.name}.{field.graphql_name or field.python_name}"
    if field.permission_classes:
        raise NotDirectError(Reason.PERMISSIONS, f"{name} has permission classes")
    if any(type(extension) is not Traced for extension in field.extensions):
        raise NotDirectError(Reason.FIELD_EXTENSION, f"{name} has field extensions")
    if type(field) is not StrawberryField or field.is_subscription:
        raise NotDirectError(Reason.FIELD_CLASS, f"{name} is a {type(field).__name__}")
    resolver: Any = _resolver_of(field)
    if resolver is not None and inspect.isasyncgenfunction(resolver.wrapped_func):
        raise NotDirectError(Reason.GENERATOR, f"{name} is an asynchronous generator")


def _resolver_of(field: StrawberryField) -> Any:
    return cast("Any", field).base_resolver


def _check_type(kind: Any) -> None:
    judges = (getattr(kind, "is_type_of", None), getattr(kind, "resolve_type", None))
    if any(map(inspect.iscoroutinefunction, judges)):
        raise NotDirectError(Reason.ASYNC_TYPE, f"the type of {kind.name} is found asynchronously")
