"""In charge of the condition that several fields hold one of many keys, value by value. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.query import Among, Key
from catalog.types import FieldType
from datasources.mongo.paths import Place, place_of
from datasources.mongo.values import NOTHING, encoded

Condition = dict[str, Any]


def narrowed(scope: FieldType, sought: Among) -> Condition:
    """What is true wherever ``sought`` is, and asks for the values of one field: of the most."""
    places = [place_of(scope, (name,)) for name in sought.fields]
    values = [dict.fromkeys(key[at] for key in sought.keys) for at in range(len(places))]
    at = max(range(len(places)), key=lambda place: len(values[place]))
    return among([places[at]], [(value,) for value in values[at]])


def among(places: Sequence[Place], keys: Sequence[Key]) -> Condition:
    """The query document; a key with a null, or with what BSON cannot hold, finds nothing."""
    kinds = [place.type for place in places]
    sought = [key for key in keys if None not in key and NOTHING not in map(encoded, kinds, key)]
    return _one_of(places, sought) if sought else {"_id": {"$in": []}}


def _one_of(places: Sequence[Place], keys: Sequence[Key]) -> Condition:
    """A branch for each value of the field that has the fewest, over the other fields' values."""
    at = min(range(len(places)), key=lambda place: len({key[place] for key in keys}))
    place, others = places[at], [*places[:at], *places[at + 1 :]]
    rest: dict[Any, list[Key]] = {}
    for key in keys:
        rest.setdefault(key[at], []).append((*key[:at], *key[at + 1 :]))
    if not others:
        return {place.stored: {"$in": [encoded(place.type, value) for value in rest]}}
    branches = [
        {place.stored: {"$eq": encoded(place.type, value)}, **_one_of(others, keys)}
        for value, keys in rest.items()
    ]
    return branches[0] if len(branches) == 1 else {"$or": branches}
