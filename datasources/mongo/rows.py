"""In charge of the stages that give one read's rows or its total, from one collection. Pure.

Filter before sort before limit, so that MongoDB can use an index for all three. Fields that exist
only on the way have names that begin with ``~``; the projection at the end leaves them behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from catalog.entity import Catalog, Entity
from catalog.filters import conjuncts
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Join,
    Not,
    Or,
    Path,
    Quantifier,
    Read,
    Related,
    Searched,
)
from catalog.searches import searches
from datasources.mongo.among import narrowed
from datasources.mongo.computed import computing, filtered_by, named_by, ordered_by
from datasources.mongo.filters import Condition, condition_of
from datasources.mongo.lookups import related
from datasources.mongo.ordering import ordering
from datasources.mongo.paths import Stage, document_of, outermost, stored_leaves, tree_of

JOINED = "~join"
"""The stored name of a joined record, before the join's place in its read."""


def row_stages(catalog: Catalog, read: Read) -> list[Stage]:
    """The stages that give the read's rows, from all documents of its collection or of a key."""
    entity, wanted = read.entity, And((read.filter, read.after))
    # What is computed for the filter and the order is there when rows are projected; what is only
    # shown is computed of the rows that are left.
    sought = filtered_by(entity, wanted)
    sorted_by = ordered_by(entity, read.order) - sought
    shown = named_by(entity, read.fields) - sought - sorted_by
    return [
        *finding(catalog, entity, wanted),
        *computing(sorted_by),
        *(_alike(entity, read.fields) if read.distinct else []),
        *ordering(catalog, entity, read.order),
        *([{"$skip": read.offset}] if read.offset else []),
        *([] if read.limit is None else [{"$limit": read.limit}]),
        *computing(shown),
        *_joining(catalog, entity, read.joins),
        _projection(entity, read.fields, read.joins),
    ]


def count_stages(catalog: Catalog, read: Read, into: str) -> list[Stage]:
    """The stages that count all the read's rows, into one document, or none if there are none."""
    # What $count stands for, which SecantusDB does not take inside another pipeline.
    counted = {"$group": {"_id": None, into: {"$sum": 1}}}
    return [*finding(catalog, read.entity, read.filter), counted]


def finding(catalog: Catalog, entity: Entity, filter: Filter) -> list[Stage]:
    """The stages of ``matching`` for a whole collection.

    Before them there is one for the values of one field, if keys are sought among other conditions.
    MongoDB makes one of both; SecantusDB goes by an index for such a condition alone, and else
    compares each document with each key.
    """
    stages, parts = matching(catalog, entity, filter), list(conjuncts(filter))
    sought = next((part for part in parts if isinstance(part, Among)), None)
    alone = sought is not None and len(parts) == 1 and len(sought.fields) == 1
    if sought is None or alone or any(map(searches, parts)):
        return stages
    return [{"$match": narrowed(document_of(entity), sought)}, *stages]


def matching(catalog: Catalog, entity: Entity, filter: Filter) -> list[Stage]:
    """The stages that keep the rows for which ``filter`` holds.

    What asks nothing of other collections goes first, so that they are asked about few rows; and
    before it what asks for stored fields alone, since an index may serve that.
    """
    parts = list(conjuncts(filter))
    far = [part for part in parts if _reaches(part)]
    made = [part for part in parts if part not in far and filtered_by(entity, part)]
    own = [part for part in parts if part not in far and part not in made]
    lookups: list[Stage] = []

    def related_condition(across: Related) -> Condition:
        lookups.append(_probe(catalog, entity, across, into := f"~filter{len(lookups)}"))
        return {into: {"$ne" if across.quantifier is Quantifier.SOME else "$eq": []}}

    first, second, last = (
        [{"$match": condition}] if condition else []
        for some in (own, made, far)
        for condition in [condition_of(document_of(entity), And(tuple(some)), related_condition)]
    )
    computed = computing(filtered_by(entity, filter))
    return [*first, *computed, *second, *lookups, *last]


def _reaches(filter: Filter) -> bool:
    match filter:
        case And(filters) | Or(filters):
            return any(map(_reaches, filters))
        case Not(inner):
            return _reaches(inner)
        case Related():
            return True
        case Compare() | IsNull() | Searched() | Elements() | Among():
            return False
        case _:
            assert_never(filter)


def _probe(catalog: Catalog, entity: Entity, across: Related, into: str) -> Stage:
    """Looks for one related row that decides: one that matches, or for EVERY one that does not."""
    target = catalog[across.relation.target]
    decides = Not(across.filter) if across.quantifier is Quantifier.EVERY else across.filter
    pipeline = [*matching(catalog, target, decides), {"$limit": 1}, {"$project": {"_id": 1}}]
    return related(entity, across.relation, target, pipeline, into)


def _joining(catalog: Catalog, entity: Entity, joins: Sequence[Join]) -> Iterator[Stage]:
    for at, join in enumerate(joins):
        target = catalog[join.relation.target]
        pipeline = [
            {"$limit": 1},
            *computing(named_by(target, join.fields)),
            *_joining(catalog, target, join.joins),
            _projection(target, join.fields, join.joins),
        ]
        yield related(entity, join.relation, target, pipeline, f"{JOINED}{at}")


def _alike(entity: Entity, fields: Sequence[Path]) -> list[Stage]:
    """The stages that make one of all documents that are alike in these fields."""
    alike = {
        # Null and missing are one.
        field.stored: {"$ifNull": [f"${field.stored}", None]}
        if field.nullable
        else f"${field.stored}"
        for field in (entity.fields[name] for (name,) in fields)
    }
    return [{"$group": {"_id": alike}}, {"$replaceWith": "$_id"}]


def _projection(entity: Entity, fields: Sequence[Path], joins: Sequence[Join]) -> Stage:
    scope = document_of(entity)
    stored = outermost(stored_leaves(scope, tree_of(scope, fields)))
    # A projection of nothing would give everything.
    kept = [*stored, *(f"{JOINED}{at}" for at in range(len(joins)))] or ["_id"]
    return {"$project": {**({} if "_id" in kept else {"_id": 0}), **dict.fromkeys(kept, 1)}}
