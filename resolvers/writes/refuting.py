"""In charge of whether given values alone show that a rule will not hold for their row.

A store that refuses a row, since another has its key, tells that the other is there. Whoever may
not make such a row at all is told that instead, whatever the store has said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

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
    Related,
    Searched,
)
from datasources.memory.filters import holds
from datasources.memory.tables import Tables


def refuted(tables: Tables, entity: Entity, rule: Filter, known: Mapping[str, Any]) -> bool:
    """Whether a rule is false of every row that has the ``known`` values."""
    return _told(tables, entity, rule, known) is False


def _told(tables: Tables, entity: Entity, rule: Filter, known: Mapping[str, Any]) -> bool | None:
    """Whether it holds; None where other values, or other rows, have a say."""
    match rule:
        case And(filters):
            return _all(_told(tables, entity, each, known) for each in filters)
        case Or(filters):
            return _not(_all(_not(_told(tables, entity, each, known)) for each in filters))
        case Not(inner):
            return _not(_told(tables, entity, inner, known))
        case Compare(path) | IsNull(path) | Elements(path):
            there = path[0] in known
        case Among(fields):
            there = known.keys() >= set(fields)
        case Related() | Searched():
            there = False
        case _:
            assert_never(rule)
    return holds(tables, rule, entity.document, known) if there else None


def _not(told: bool | None) -> bool | None:  # noqa: FBT001 (a truth value)
    return None if told is None else not told


def _all(told: Iterable[bool | None]) -> bool | None:
    said = set(told)
    return False if False in said else None if None in said else True
