"""In charge of the condition that several fields hold one of many keys, value by value. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.query import Key
from datasources.mongo.paths import Place
from datasources.mongo.values import NOTHING, encoded

Condition = dict[str, Any]


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
