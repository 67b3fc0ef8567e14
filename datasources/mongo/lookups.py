"""In charge of ``$lookup``: documents of another collection found by equal values. Pure.

By ``localField`` and ``foreignField`` for one field, so that an index serves it, and by ``$expr``
for the others. A null finds nothing: MongoDB alone would let null find null and missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog.entity import Entity, Relation
from datasources.mongo.paths import Stage, origin_of, portion_of

Pair = tuple[str, str]
"""The stored names of the value to look for and of the field to find it in."""


def lookup(
    target: Entity, pairs: Sequence[Pair], pipeline: list[Stage], into: str, *, nulls: bool
) -> Stage:
    """A stage that puts a list of the target's documents, after ``pipeline``, into ``into``.

    The first pair is the one that an index must serve (see `by_index`); others may. ``nulls`` says
    that a value to look for may be null. Documents that a view makes are compared one by one.
    """
    collection, made = origin_of(target)
    if made:  # there is no field to look up by before the documents are made
        return _made_lookup(collection, made, target, pairs, pipeline, into)
    (local, foreign), *others = pairs
    stage: Stage = {"from": collection, "localField": local, "foreignField": foreign}
    if others:
        stage["let"] = _let(others)
    found = {**_equal(others), **(_present(pairs) if nulls else {}), **portion_of(target)}
    stage["pipeline"] = [*([{"$match": found}] if found else []), *pipeline]
    return {"$lookup": {**stage, "as": into}}


def _made_lookup(
    collection: str,
    made: list[Stage],
    target: Entity,
    pairs: Sequence[Pair],
    pipeline: list[Stage],
    into: str,
) -> Stage:
    """The same among documents that are made first; even their ``_id`` may be null."""
    present = {foreign: {"$ne": None} for _, foreign in pairs}
    match = {"$match": {**_equal(pairs), **present, **portion_of(target)}}
    stage = {"from": collection, "let": _let(pairs), "pipeline": [*made, match, *pipeline]}
    return {"$lookup": {**stage, "as": into}}


def _let(pairs: Sequence[Pair]) -> Stage:
    return {f"key{at}": f"${name}" for at, (name, _) in enumerate(pairs)}


def _equal(pairs: Sequence[Pair]) -> Stage:
    tests = [{"$eq": [f"${foreign}", f"$$key{at}"]} for at, (_, foreign) in enumerate(pairs)]
    if not tests:
        return {}
    return {"$expr": tests[0] if len(tests) == 1 else {"$and": tests}}


def _present(pairs: Sequence[Pair]) -> Stage:
    return {foreign: {"$ne": None} for _, foreign in pairs if foreign != "_id"}


def related(
    source: Entity, relation: Relation, target: Entity, pipeline: list[Stage], into: str
) -> Stage:
    """A `lookup` of what a relation leads to."""
    local = {there: source.fields[here].stored for here, there in relation.on}
    pairs = [(local[name], target.fields[name].stored) for name in by_index(target, list(local))]
    return lookup(target, pairs, pipeline, into, nulls=True)


def by_index(entity: Entity, fields: Sequence[str]) -> list[str]:
    """The fields in the order of an index on all of them, else first those that begin one."""
    for index in entity.indexes:
        if set(index[: len(fields)]) == set(fields):
            return list(index[: len(fields)])
    leading = {index[0] for index in entity.indexes}
    return sorted(fields, key=lambda name: name not in leading)
