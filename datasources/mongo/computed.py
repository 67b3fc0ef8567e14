"""In charge of computed fields: which ones a read needs, and the stage that makes them. Pure.

Once made, a computed field is a field like any other, under its stored name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import assert_never, cast

from catalog.entity import Entity
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Not,
    Or,
    Order,
    Path,
    Related,
    Searched,
)
from catalog.types import DocumentType, Field, UnionType, stepped_to, type_after
from datasources.mongo.paths import Stage


def computing(fields: Collection[Field]) -> list[Stage]:
    """The stage that makes these computed fields; none if there are none."""
    ordered = sorted(fields, key=lambda field: field.stored)
    made = {field.stored: field.computed.expression for field in ordered if field.computed}
    return [{"$set": made}] if made else []


def named_by(entity: Entity, paths: Iterable[Path]) -> set[Field]:
    """The computed fields among those that paths begin with."""
    begun = [_begun(entity, path) for path in paths]
    return {field for field in begun if field and field.computed}


def ordered_by(entity: Entity, order: Sequence[Order]) -> set[Field]:
    """The computed fields by which an entity's rows are sorted; not those of relations."""
    return named_by(entity, [term.path for term in order if not term.relations])


def filtered_by(entity: Entity, filter: Filter) -> set[Field]:
    """The computed fields that a filter looks at; not those of related rows."""
    return named_by(entity, _paths(filter))


def _begun(entity: Entity, path: Path) -> Field | None:
    """The field of a row, or of one kind of rows, that a path begins with."""
    kind = entity.document
    for step in path:
        if stepped_to(step) is None:
            return kind.fields[step]
        kind = cast("DocumentType | UnionType", type_after(kind, step))
    return None


def _paths(filter: Filter) -> Iterator[Path]:
    match filter:
        case And(filters) | Or(filters):
            for each in filters:
                yield from _paths(each)
        case Not(inner):
            yield from _paths(inner)
        case Compare(path) | IsNull(path) | Elements(path):
            yield path
        case Among(fields):
            yield from ((name,) for name in fields)
        case Related() | Searched():
            return
        case _:
            assert_never(filter)
