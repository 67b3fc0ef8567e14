"""In charge of the form of an answer: which keys an object has, in which order, and what of.

A form says nothing of values; it is what a selection leaves out: response keys, aliases, views.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from graphql import FieldNode, GraphQLObjectType

from catalog.entity import Entity, Relation
from catalog.types import DocumentType, Field, UnionType, element_of
from resolvers.completion.group_forms import Constant, GroupForm, aggregate_form, group_form
from resolvers.documents.fields import Asked, Place, Scope, asked_fields, named_type_of
from resolvers.documents.measures import AGGREGATE, GROUP_BY
from resolvers.documents.members import MEMBER, Reads
from resolvers.planning.seen import Seen
from resolvers.reasons import NotDirectError, Reason


@dataclass(frozen=True, slots=True)
class Value:
    """A stored field's leaf, or list of leaves; ``type`` is the name of the leaf's GraphQL type."""

    key: str
    field: Field
    type: str


@dataclass(frozen=True, slots=True)
class Nested:
    """A nested document, of one type or of several, or a list of them."""

    key: str
    field: Field
    form: ObjectForm


@dataclass(frozen=True, slots=True)
class Id:
    """The `nodeId`."""

    key: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A relation, to one or to many."""

    key: str
    place: Place
    form: ObjectForm | PageForm


@dataclass(frozen=True, slots=True, eq=False)
class ObjectForm:
    """An object of an entity or of a nested document; found again by identity.

    Of an interface or a union there is a form for each of its kinds, by the kind's name.
    """

    entity: Entity | None
    members: tuple[Constant | Value | Nested | Id | Linked, ...]
    union: UnionType | None = None
    kinds: tuple[tuple[str, ObjectForm], ...] = ()

    @property
    def concrete(self) -> tuple[ObjectForm, ...]:
        """The forms of the objects that there may be."""
        return tuple(form for _, form in self.kinds) if self.union else (self,)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The rows of a page."""

    key: str
    form: ObjectForm


@dataclass(frozen=True, slots=True)
class Edges:
    """The rows of a page with their cursors; of its members a None is the cursor."""

    key: str
    members: tuple[tuple[str, ObjectForm | str | None], ...]


@dataclass(frozen=True, slots=True)
class Info:
    """The place of a page: response keys, and the fields of `PageInfo` or a type's name."""

    key: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """The number of rows on all pages."""

    key: str


@dataclass(frozen=True, slots=True)
class Summed:
    """What is computed over the rows of all pages."""

    key: str
    place: Place
    form: GroupForm


PageMember = Constant | Nodes | Edges | Info | Total | Summed


@dataclass(frozen=True, slots=True)
class PageForm:
    """A connection."""

    members: tuple[PageMember, ...]


class Former:
    """Reads one operation's forms; raises ``NotDirectError``."""

    def __init__(self, catalog: Seen, scope: Scope) -> None:
        self._catalog = catalog
        self._scope = scope

    def entity(self, entity: Entity, nodes: Sequence[FieldNode]) -> ObjectForm:
        """The form of one entity's objects."""
        if entity.kinds:
            forms = [(name, self.entity(self._catalog[name], nodes)) for name in entity.kinds.types]
            return ObjectForm(entity, (), entity.kinds, tuple(forms))
        return self._object(entity, entity.name, nodes)

    def page(self, entity: Entity, nodes: Sequence[FieldNode]) -> PageForm:
        """The form of a connection of this entity."""
        return PageForm(tuple(self._page_members(entity, nodes)))

    def value(self, entity: Entity, asked: Asked) -> ObjectForm:
        """The form of the one value of an entity that has no other."""
        (field,) = entity.fields.values()
        return ObjectForm(entity, (Value(field.name, field, named_type_of(asked).name),))

    def _object(self, entity: Entity | None, name: str, nodes: Sequence[FieldNode]) -> ObjectForm:
        members = tuple(self._member(name, asked) for asked in self._asked(name, nodes))
        return ObjectForm(entity, members)

    def _member(self, name: str, asked: Asked) -> Constant | Value | Nested | Id | Linked:
        if asked.name == "__typename":
            return Constant(asked.key, name)
        strawberry = asked.definition.extensions["strawberry-definition"]
        member = strawberry.metadata.get(MEMBER)
        entity = self._catalog.get(name)
        own = isinstance(member, Field | Relation)
        if entity and own and not self._catalog.shows_whole(entity, member):
            raise NotDirectError(Reason.UNAUTHORIZED, f"not all of {name}.{asked.name} may be read")
        if isinstance(member, Relation):
            return self._linked(asked, member)
        if isinstance(member, Field):
            kind = element_of(member.type)
            if isinstance(kind, UnionType):
                return Nested(asked.key, member, self._union(kind, asked.nodes))
            if isinstance(kind, DocumentType):
                return Nested(asked.key, member, self._object(None, kind.name, asked.nodes))
            return Value(asked.key, member, named_type_of(asked).name)
        if isinstance(member, Reads) and asked.name == "nodeId":
            return Id(asked.key)
        raise NotDirectError(Reason.BEYOND_ROWS, f"{name}.{asked.name} has a resolver of its own")

    def _union(self, union: UnionType, nodes: Sequence[FieldNode]) -> ObjectForm:
        forms = [(name, self._object(None, name, nodes)) for name in union.types]
        return ObjectForm(None, (), union, tuple(forms))

    def _linked(self, asked: Asked, relation: Relation) -> Linked:
        target = self._catalog[relation.target]
        form = self.page if relation.many else self.entity
        return Linked(asked.key, asked.place, form(target, asked.nodes))

    def _page_members(self, entity: Entity, nodes: Sequence[FieldNode]) -> Iterator[PageMember]:
        name = f"{entity.name}Connection"
        for asked in self._asked(name, nodes):
            match asked.name:
                case "__typename":
                    yield Constant(asked.key, name)
                case "nodes":
                    yield Nodes(asked.key, self.entity(entity, asked.nodes))
                case "edges":
                    yield Edges(asked.key, tuple(self._edge_members(entity, asked.nodes)))
                case "pageInfo":
                    members = [
                        (inner.key, "PageInfo" if inner.name == "__typename" else f".{inner.name}")
                        for inner in self._asked("PageInfo", asked.nodes)
                    ]
                    yield Info(asked.key, tuple(members))
                case "totalCount":
                    yield Total(asked.key)
                case _ if asked.name == AGGREGATE:
                    yield Summed(asked.key, asked.place, aggregate_form(self._scope, asked))
                case _ if asked.name == GROUP_BY:
                    yield Summed(asked.key, asked.place, group_form(self._scope, asked))
                case other:
                    raise NotDirectError(
                        Reason.BEYOND_ROWS, f"{name}.{other} has a resolver of its own"
                    )

    def _edge_members(
        self, entity: Entity, nodes: Sequence[FieldNode]
    ) -> Iterator[tuple[str, ObjectForm | str | None]]:
        name = f"{entity.name}Edge"
        for asked in self._asked(name, nodes):
            match asked.name:
                case "__typename":
                    yield asked.key, name
                case "node":
                    yield asked.key, self.entity(entity, asked.nodes)
                case _:
                    yield asked.key, None

    def _asked(self, name: str, nodes: Sequence[FieldNode]) -> Iterator[Asked]:
        kind = cast("GraphQLObjectType", self._scope.schema.type_map[name])
        return asked_fields(self._scope, kind, nodes, meta=True)
