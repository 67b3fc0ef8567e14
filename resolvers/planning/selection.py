"""In charge of the first stage: what a root field asks for, in the catalog's terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from graphql import FieldNode, GraphQLObjectType

from catalog.entity import Entity, Relation
from catalog.query import ALWAYS, Filter, Path
from catalog.types import DocumentType, Field, UnionType, element_of, step_to
from resolvers.documents.dividing import Dividing
from resolvers.documents.fields import (
    Asked,
    Place,
    Scope,
    arguments_of,
    asked_fields,
    at_once_of,
    named_type_of,
    object_types_of,
)
from resolvers.documents.measures import AGGREGATE, GROUP_BY, SummarySelection, summary_selection
from resolvers.documents.members import Member, Reads, member_of
from resolvers.planning.seen import Seen


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of one entity: the paths of stored values, and the relations to follow.

    Where rows are of several kinds, the relations asked of each stand in ``kinds`` alone.
    """

    entity: Entity
    paths: tuple[Path, ...]
    edges: tuple[Edge, ...]
    kinds: tuple[Selection, ...] = ()


@dataclass(frozen=True, slots=True)
class PageSelection:
    """What is asked of a connection.

    ``rows``: nodes or edges; ``cursors``: a cursor of any row; ``info``: whether more rows follow;
    ``total``: the number of all rows; ``summaries``: what is computed over them. What of these is
    in a ``later`` part of the answer is asked by itself; of more rows than are told ``at_once``,
    relations are.
    """

    node: Selection
    arguments: Mapping[str, Any]
    rows: bool
    cursors: bool
    info: bool
    total: bool
    summaries: tuple[SummarySelection, ...] = ()
    later: PageSelection | None = None
    at_once: int | None = None

    def together(self) -> PageSelection:
        """The same, with nothing of the connection's own left for later."""
        if self.later is None:
            return self
        total = self.total or self.later.total
        summaries = (*self.summaries, *self.later.summaries)
        return replace(self, total=total, summaries=summaries, later=None)


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation that is followed, under its response key, for the fields at ``place``.

    ``only`` says which rows it leads to, beside those that are seen. It is followed ``later`` if it
    is in a part of the answer after that of its rows.
    """

    key: str
    place: Place
    relation: Relation
    wanted: Selection | PageSelection
    only: Filter = ALWAYS
    later: bool = False


class Selector:
    """Reads one operation's selections; holds what each step needs of the request.

    What the viewer may not read is passed over, and who resolves the field says so; a ``strict``
    one raises ``UnauthorizedError``. One of an answer ``in_parts`` tells what is left for later.
    """

    def __init__(
        self, catalog: Seen, info: Scope, *, strict: bool = False, in_parts: bool = False
    ) -> None:
        self._catalog = catalog
        self._info = info
        self._strict = strict
        self._dividing = Dividing(info) if in_parts else None

    def entity(self, entity: Entity, nodes: Sequence[FieldNode]) -> Selection:
        """The selection below field nodes whose value is this entity."""
        if entity.kinds:
            kinds = [self.entity(self._catalog[name], nodes) for name in entity.kinds.types]
            return Selection(entity, tuple(_paths_of_kinds(entity, kinds)), (), tuple(kinds))
        kind = cast("GraphQLObjectType", self._info.schema.type_map[entity.name])
        paths: dict[Path, None] = {}
        edges: list[Edge] = []
        for asked, later in self._asked(kind, nodes):
            member = member_of(asked.definition)
            if self._passes_over(entity, asked, member):
                continue
            if isinstance(member, Relation):
                edge = self.edge(asked, member)
            elif isinstance(member, Field) and self._catalog.mask(entity, member) is not None:
                edge = self.masked(entity, asked, member)
            else:
                paths.update(dict.fromkeys(self._paths(asked, member)))
                if not isinstance(member, Field):
                    paths.update(dict.fromkeys(self._paths_of_itself(kind, asked)))
                continue
            edges.append(_put_off(edge) if later else edge)
        return Selection(entity, tuple(paths), tuple(edges))

    def page(
        self, entity: Entity, nodes: Sequence[FieldNode], arguments: Mapping[str, Any]
    ) -> PageSelection:
        """The selection below field nodes whose value is a connection of this entity."""
        kind = cast("GraphQLObjectType", self._info.schema.type_map[f"{entity.name}Connection"])
        made, late = _Parts(), _Parts()
        for asked, is_later in self._asked(kind, nodes):
            if asked.name in (AGGREGATE, GROUP_BY):
                parts = late if is_later else made
                parts.summaries.append(summary_selection(self._info, entity, asked))
            elif asked.name == "totalCount":
                (late if is_later else made).names.add(asked.name)
            else:
                made.names.add(asked.name)
                views = list(self._views(entity, asked, made.names))
                made.views += map(_view_put_off, views) if is_later else views
                if views:
                    made.at_once.append(at_once_of(self._info, asked) if self._dividing else None)
        page = made.page(entity, arguments)
        return replace(page, later=late.page(entity, arguments)) if late.is_asked else page

    def _views(self, entity: Entity, asked: Asked, names: set[str]) -> Iterator[Selection]:
        """What a field of a connection asks of its rows; notes the names of what is in it."""
        if asked.name == "nodes":
            yield self.entity(entity, asked.nodes)
        elif asked.name in ("edges", "pageInfo"):
            for part, is_later in self._asked(named_type_of(asked), asked.nodes):
                names.add(f"{asked.name}.{part.name}")
                if part.name == "node":
                    view = self.entity(entity, part.nodes)
                    yield _view_put_off(view) if is_later else view

    def _asked(
        self, kind: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> Iterator[tuple[Asked, bool]]:
        """The fields below nodes, each with whether it is in a later part of the answer."""
        if self._dividing is not None:
            yield from self._dividing.fields(kind, nodes)
            return
        for asked in asked_fields(self._info, kind, nodes):
            yield asked, False

    def edge(self, asked: Asked, relation: Relation) -> Edge:
        """The edge of a field that stands for a relation."""
        target = self._catalog[relation.target]
        if not relation.many:
            return Edge(asked.key, asked.place, relation, self.entity(target, asked.nodes))
        page = self.page(target, asked.nodes, arguments_of(self._info, asked))
        return Edge(asked.key, asked.place, relation, page)

    def masked(self, entity: Entity, asked: Asked, field: Field) -> Edge:
        """The edge from a row to itself, where its value of a field may be read."""
        same = Relation(
            name=f"?{field.name}",  # which no relation's is
            api=field.api,
            source=entity.name,
            target=entity.name,
            on=tuple((name, name) for name in entity.key),
            many=False,
            cross_store=False,
        )
        wanted = Selection(entity, tuple(self._paths(asked, field)), ())
        only = self._catalog.mask(entity, field) or ALWAYS
        return Edge(asked.key, asked.place, same, wanted, only)

    def _passes_over(self, entity: Entity, asked: Asked, member: Member | None) -> bool:
        """Whether a field may not be read."""
        coordinate = f"{entity.name}.{asked.name}"
        ruled = isinstance(member, Field | Relation)
        if self._strict:
            self._catalog.check_use(coordinate)
            if ruled:
                self._catalog.check_shown(entity, member)
            return False
        return (ruled and not self._catalog.shows(entity, member)) or not self._catalog.uses(
            coordinate
        )

    def _paths(self, asked: Asked, member: Member | None) -> Iterator[Path]:
        if isinstance(member, Reads):
            yield from ((name,) for name in member.fields)
        elif isinstance(member, Field):
            kind = element_of(member.type)
            if isinstance(kind, (DocumentType, UnionType)):
                yield from ((member.name, *path) for path in self._inner_paths(asked, kind))
            else:
                yield (member.name,)

    def _paths_of_itself(self, own: GraphQLObjectType, asked: Asked) -> Iterator[Path]:
        """What a field of the user's asks of rows, one of which may be that on which it stands."""
        for each in object_types_of(self._info.schema, asked):
            if each is own:
                entity = self._catalog[own.name]
                row = Selector(self._catalog, self._info).entity(entity, asked.nodes)
                yield from row.paths
                yield from ((name,) for edge in row.edges for name in edge.relation.source_fields)
            elif each.name not in self._catalog:
                for part in asked_fields(self._info, each, asked.nodes):
                    yield from self._paths_of_itself(own, part)

    def _inner_paths(self, asked: Asked, kind: DocumentType | UnionType) -> Iterator[Path]:
        if isinstance(kind, UnionType):
            yield (kind.tag,)
            for name, member in kind.types.items():
                yield from ((step_to(name), *path) for path in self._asked_paths(asked, member))
            return
        # Even if only __typename is asked, one value shows whether the document is there.
        yield from list(self._asked_paths(asked, kind)) or [_first_leaf(kind)]

    def _asked_paths(self, asked: Asked, kind: DocumentType) -> Iterator[Path]:
        """The paths that are asked of documents of one type."""
        named = cast("GraphQLObjectType", self._info.schema.type_map[kind.name])
        for part in asked_fields(self._info, named, asked.nodes):
            yield from self._paths(part, member_of(part.definition))


class _Parts:
    """What is asked of a connection in one part of the answer."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.views: list[Selection] = []
        self.summaries: list[SummarySelection] = []
        self.at_once: list[int | None] = []

    @property
    def is_asked(self) -> bool:
        """Whether anything is."""
        return bool(self.names or self.summaries)

    def page(self, entity: Entity, arguments: Mapping[str, Any]) -> PageSelection:
        """All of it."""
        names, numbers = self.names, [each for each in self.at_once if each is not None]
        return PageSelection(
            node=union_of(entity, self.views),
            arguments=arguments,
            rows=bool({"nodes", "edges"} & names),
            cursors=bool(_CURSORS & names),
            info="pageInfo" in names,
            total="totalCount" in names,
            summaries=tuple(self.summaries),
            at_once=max(numbers) if numbers and len(numbers) == len(self.at_once) else None,
        )


def _put_off(edge: Edge) -> Edge:
    """The edge, to be followed later; and so are those of the one row that it leads to."""
    wanted = edge.wanted
    wanted = _view_put_off(wanted) if isinstance(wanted, Selection) else wanted
    return replace(edge, later=True, wanted=wanted)


def _view_put_off(view: Selection) -> Selection:
    """The same of all edges of rows."""
    kinds = tuple(map(_view_put_off, view.kinds))
    return replace(view, edges=tuple(map(_put_off, view.edges)), kinds=kinds)


def union_of(entity: Entity, views: Sequence[Selection]) -> Selection:
    """What several views of the same rows ask together: `nodes`, `edges.node`, their aliases."""
    paths = dict.fromkeys(path for view in views for path in view.paths)
    edges = {edge.place: edge for view in views for edge in view.edges}
    kinds = [union_of(same[0].entity, same) for same in zip(*(v.kinds for v in views), strict=True)]
    return Selection(entity, tuple(paths), tuple(edges.values()), tuple(kinds))


def _paths_of_kinds(entity: Entity, kinds: Sequence[Selection]) -> Iterator[Path]:
    """What rows of any kind are asked for, and what tells of which kind each is."""
    tag = entity.kinds.tag if entity.kinds else ""
    found: dict[Path, None] = {(tag,): None}
    for kind in kinds:
        step = step_to(kind.entity.name)
        paths = (path if path[0] in entity.fields else (step, *path) for path in kind.paths)
        found.update(dict.fromkeys(paths))
    yield from found


_CURSORS = frozenset({"edges.cursor", "pageInfo.startCursor", "pageInfo.endCursor"})


def _first_leaf(kind: DocumentType) -> Path:
    field = next(iter(kind.fields.values()))
    inner = element_of(field.type)
    if isinstance(inner, UnionType):
        return (field.name, inner.tag)
    return (field.name, *(_first_leaf(inner) if isinstance(inner, DocumentType) else ()))
