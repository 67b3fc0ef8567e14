"""In charge of the stages that sort rows. Pure.

MongoDB puts nulls first, or last when descending. Where an order asks for that, or where there can
be no nulls, the sort is by the stored field alone, and an index can serve it; else a computed
field decides first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from catalog.entity import Catalog, Entity
from catalog.gauges import Distance, Gauge, Rank, Similarity
from catalog.query import Order, Places
from catalog.types import EnumType, FieldType, Scalar
from datasources.mongo.computed import computing, ordered_by
from datasources.mongo.geo import distance_expression
from datasources.mongo.lookups import related
from datasources.mongo.paths import Stage, document_of, place_of
from datasources.mongo.values import NOTHING, encoded

Expression = str | dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Key:
    """What one term sorts by: a field's path, and its name unless a rank must stand for it."""

    value: str
    type: FieldType
    nullable: bool
    stored: str | None = None


def ordering(catalog: Catalog, entity: Entity, order: Sequence[Order]) -> list[Stage]:
    """The stages that sort the entity's rows by these terms; none if there are none."""
    lookups: list[Stage] = []
    computed: dict[str, Expression] = {}
    directions: dict[str, int] = {}
    for at, term in enumerate(order):
        lookups += reached(catalog, entity, term, f"~order{at}")
        if term.places:
            computed[f"~order{at}"] = _placed(catalog, entity, term, term.places, f"~order{at}")
            directions[f"~order{at}"] = -1 if term.descending else 1
            continue
        key = _key(catalog, entity, term, f"~order{at}")
        if term.by:
            lookups.append({"$set": {f"~gauge{at}": _gauged(key, term.by)}})
            key = _Key(f"$~gauge{at}", Scalar.FLOAT, nullable=True, stored=f"~gauge{at}")
        if key.nullable and term.nulls_first == term.descending:
            computed[f"~null{at}"] = {"$lte": [key.value, None]}
            directions[f"~null{at}"] = -1 if term.nulls_first else 1
        if key.stored is None:
            computed[f"~order{at}"] = _ranked(key)
        # A field sorts where it comes first; a later term on it has nothing left to decide.
        directions.setdefault(key.stored or f"~order{at}", -1 if term.descending else 1)
    made = [{"$set": computed}] if computed else []
    return [*lookups, *made, *([{"$sort": directions}] if directions else [])]


def _gauged(key: _Key, gauge: Gauge) -> Expression:
    match gauge:
        case Distance(origin):
            return distance_expression(f"{key.value}.coordinates", origin)
        case Rank():
            return {"$meta": "textScore"}
        case Similarity():
            raise TypeError("MongoDB cannot compare texts by likeness")
        case _:
            assert_never(gauge)


def _placed(catalog: Catalog, entity: Entity, term: Order, places: Places, into: str) -> Expression:
    """The place of the key at the end of the term's relations, looked up in a literal.

    MongoDB makes a hash table of the list that ``$indexOfArray`` is given. What is not in it is at
    -1, which is the last place: there stands a number beyond all others, on the side of nulls.
    """
    for relation in term.relations:
        entity = catalog[relation.target]
    kinds = [entity.fields[name].type for name in places.fields]
    stored = [[*map(encoded, kinds, key), place] for *key, place in places.places]
    known = [each for each in stored if NOTHING not in each]
    least = term.nulls_first != term.descending
    none = -1 if least else max((place for *_, place in known), default=-1) + 1
    keys = [key if len(key) > 1 else key[0] for *key, _ in known]
    sought = f"${into}.value" if term.relations else _link(entity, places)
    at = {"$indexOfArray": [{"$literal": keys}, sought]}
    return {"$arrayElemAt": [{"$literal": [*(place for *_, place in known), none]}, at]}


def _link(entity: Entity, places: Places) -> Expression | list[str]:
    """The values by which a row has its place: one, or several as an array."""
    stored = [f"${entity.fields[name].stored}" for name in places.fields]
    return stored if len(stored) > 1 else stored[0]


def _key(catalog: Catalog, entity: Entity, term: Order, into: str) -> _Key:
    for relation in term.relations:
        entity = catalog[relation.target]
    place = place_of(document_of(entity), term.path)
    stored = f"{into}.value" if term.relations else place.stored
    nullable = place.nullable or bool(term.relations)
    return _Key(f"${stored}", place.type, nullable, None if _needs_rank(place.type) else stored)


def reached(catalog: Catalog, entity: Entity, term: Order, into: str) -> list[Stage]:
    """Puts the value at the end of the term's relations into ``into``, as {value}, if there is."""
    if not term.relations:
        return []
    relation, *rest = term.relations
    target = catalog[relation.target]
    beyond = Order(term.path, tuple(rest), places=term.places)
    value = [
        *reached(catalog, target, beyond, "~next"),
        *computing(ordered_by(target, [beyond])),
        _value(target, beyond),
    ]
    unwind = {"path": f"${into}", "preserveNullAndEmptyArrays": True}
    found = related(entity, relation, target, [{"$limit": 1}, *value], into)
    return [found, {"$unwind": unwind}]


def _value(entity: Entity, term: Order) -> Stage:
    if term.relations:
        return {"$replaceWith": {"value": "$~next.value"}}
    if term.places:
        return {"$replaceWith": {"value": _link(entity, term.places)}}
    return {"$replaceWith": {"value": f"${place_of(document_of(entity), term.path).stored}"}}


def _needs_rank(kind: FieldType) -> bool:
    """Members sort as they are declared, which may not be how their stored values sort."""
    return isinstance(kind, EnumType) and list(kind.members.values()) != sorted(
        kind.members.values(), key=lambda stored: (isinstance(stored, str), stored)
    )


def _ranked(key: _Key) -> Expression:
    if not isinstance(key.type, EnumType) or not _needs_rank(key.type):
        return key.value
    return {"$indexOfArray": [{"$literal": list(key.type.members.values())}, key.value]}
