"""In charge of the order of rows in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.gauges import Rank
from catalog.query import Key, Order, Places
from catalog.types import FieldType
from catalog.words import occurrences
from datasources.memory.tables import Row, Tables, comparable, gauged, value_at, values_of


def ordered(
    tables: Tables, kind: FieldType, rows: Sequence[Row], order: Sequence[Order]
) -> list[Row]:
    """The rows by the first term, equal ones by the next; nulls at the end a term says."""
    result = list(rows)
    # Sorting is stable, so the least important term goes first.
    for term in reversed(order):
        result = _ordered_by(tables, kind, result, term)
    return result


def _ordered_by(tables: Tables, kind: FieldType, rows: list[Row], term: Order) -> list[Row]:
    places = _by_key(term.places) if term.places else None
    ranked = [(_rank(tables, kind, row, term, places), row) for row in rows]
    nulls = [row for rank, row in ranked if rank is None]
    others = [pair for pair in ranked if pair[0] is not None]
    others.sort(key=lambda pair: pair[0], reverse=term.descending)
    values = [row for _, row in others]
    return nulls + values if term.nulls_first else values + nulls


def _by_key(places: Places) -> Mapping[Key, int]:
    return {key: place for *values, place in places.places for key in [tuple(values)]}


def _rank(
    tables: Tables,
    kind: FieldType,
    row: Row | None,
    term: Order,
    places: Mapping[Key, int] | None,
) -> Any:
    for relation in term.relations:
        row = tables.related_one(relation, row)
        kind = tables.kind(relation.target)
    if isinstance(term.by, Rank):
        return None if row is None else occurrences(term.by.given, tables.searched(kind, row))
    if term.places and places is not None:
        return None if row is None else places.get(values_of(row, term.places.fields))
    kind, value = value_at(kind, row, term.path)
    if value is None:
        return None
    return gauged(term.by, value) if term.by else comparable(kind, value)
