"""In charge of where a path leads inside stored documents, and of which paths a read asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from catalog.entity import Entity
from catalog.query import Path
from catalog.types import (
    DocumentType,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    step_to,
    stepped_to,
    type_after,
)
from datasources.mongo.values import encoded

Stage = dict[str, Any]
"""One stage of an aggregation pipeline."""

Tree = dict[str, "Tree"]
"""The fields asked for by name, each with those inside it; empty where the value is a leaf."""


@dataclass(frozen=True, slots=True)
class Place:
    """The end of a path: its dotted stored name, its type, and whether null may be found there."""

    stored: str
    type: FieldType
    nullable: bool

    @property
    def may_be_array(self) -> bool:
        """True where an array is a proper value, which MongoDB's null test would look into."""
        return isinstance(self.type, ListType) or self.type is Scalar.JSON


def document_of(entity: Entity) -> DocumentType | UnionType:
    """An entity's rows, seen as documents: so paths start alike at rows and at elements."""
    return entity.document


def place_of(scope: FieldType, path: Path) -> Place:
    """Where ``path`` leads from ``scope``: an entity's document, or the type of an element."""
    place = Place("", scope, nullable=not path)
    for name in path:
        inside = type_after(place.type, name)
        if stepped_to(name):  # which member is stored decides what is there
            place = Place(place.stored, inside, nullable=True)
            continue
        field = cast("DocumentType | UnionType", place.type).fields[name]
        stored = f"{place.stored}.{field.stored}" if place.stored else field.stored
        place = Place(stored, field.type, place.nullable or field.nullable)
    return place


def tree_of(scope: FieldType, paths: Iterable[Path]) -> Tree:
    """The paths as a tree; one that ends at a document asks for all that its model names."""
    inside = scope.of if isinstance(scope, ListType) else scope
    if isinstance(inside, ListType):
        return tree_of(inside, paths)
    if not isinstance(inside, (DocumentType, UnionType)):
        return {}
    asked: dict[str, list[Path]] = {}
    for name, *rest in _spelled_out(inside, paths):
        asked.setdefault(name, []).append(tuple(rest))
    return {step: tree_of(type_after(inside, step), rest) for step, rest in asked.items()}


def _spelled_out(inside: DocumentType | UnionType, paths: Iterable[Path]) -> Iterator[Path]:
    members = inside.types if isinstance(inside, UnionType) else ()
    for path in paths:
        if path:
            yield path
        else:
            yield from ((name,) for name in (*inside.fields, *map(step_to, members)))


def stored_leaves(scope: FieldType, tree: Tree, prefix: str = "") -> Iterator[str]:
    """The dotted stored names of what to project for a tree, in the order asked.

    Members of a union may ask for one name twice, or for a part of what another wants whole.
    """
    while isinstance(scope, ListType):
        scope = scope.of
    if not isinstance(scope, (DocumentType, UnionType)):
        return
    for name, inner in tree.items():
        if stepped_to(name):
            yield from stored_leaves(type_after(scope, name), inner, prefix)
            continue
        field = scope.fields[name]
        if inner and not _holds_nulls(field.type):
            yield from stored_leaves(field.type, inner, f"{prefix}{field.stored}.")
        else:
            yield prefix + field.stored


def _holds_nulls(kind: FieldType) -> bool:
    """Whether a list may hold nulls: a projection inside it would leave these out."""
    return isinstance(kind, ListType) and (kind.items_nullable or _holds_nulls(kind.of))


def outermost(leaves: Iterable[str]) -> list[str]:
    """The dotted names without those that lie within another: MongoDB projects no name twice."""
    found = dict.fromkeys(leaves)
    return [leaf for leaf in found if not any(leaf.startswith(f"{other}.") for other in found)]


def origin_of(entity: Entity) -> tuple[str, list[Stage]]:
    """The collection that an entity's documents come from, and the stages that make them of it.

    A view that its model defines is made as part of each command: it need not exist.
    """
    view = entity.view
    if view is None or view.source is None:
        return entity.table, []
    return view.source, [dict(stage) for stage in view.stages]


def portion_of(entity: Entity) -> Stage:
    """The query for those documents of the collection that are the entity's; empty for all."""
    portion = entity.portion
    if portion is None:
        return {}
    tag = entity.fields[portion.tag]
    stored = [encoded(tag.type, value) for value in portion.values]
    return {tag.stored: stored[0] if len(stored) == 1 else {"$in": stored}}
