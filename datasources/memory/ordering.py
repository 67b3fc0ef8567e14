"""In charge of the order of rows in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.query import Order
from datasources.memory.tables import Row, Tables, comparable, value_at


def ordered(tables: Tables, entity: str, rows: Sequence[Row], order: Sequence[Order]) -> list[Row]:
    """The rows by the first term, equal ones by the next; nulls at the end a term says."""
    result = list(rows)
    # Sorting is stable, so the least important term goes first.
    for term in reversed(order):
        result = _ordered_by(tables, entity, result, term)
    return result


def _ordered_by(tables: Tables, entity: str, rows: list[Row], term: Order) -> list[Row]:
    ranked = [(_rank(tables, entity, row, term), row) for row in rows]
    nulls = [row for rank, row in ranked if rank is None]
    others = [pair for pair in ranked if pair[0] is not None]
    others.sort(key=lambda pair: pair[0], reverse=term.descending)
    values = [row for _, row in others]
    return nulls + values if term.nulls_first else values + nulls


def _rank(tables: Tables, entity: str, row: Row | None, term: Order) -> Any:
    for relation in term.relations:
        row = tables.related_one(relation, row)
        entity = relation.target
    kind, value = value_at(tables.kind(entity), row, term.path)
    return None if value is None else comparable(kind, value)
