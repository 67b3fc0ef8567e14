"""In charge of telling which side of a filter across the stores is asked first, and the sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from catalog.entity import Catalog, Entity
from catalog.filters import all_of, reaches
from catalog.query import (
    ALWAYS,
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Not,
    Or,
    Read,
    Related,
    Searched,
)
from catalog.routine import Call
from catalog.summary import Summary
from resolvers.across.reach import (
    Beside,
    Reach,
    sought,
)

_Crossing = tuple[Entity, Related, Beside, Call | None]
"""Whose rows are filtered, by which relation into the other store, by what beside it; with a call,
the rows that it gives.
"""


def sides_text(reach: Reach, read: Read | Summary) -> Iterator[str]:
    """A line for each relation that a filter follows into the other store.

    It says what `Reach` does first, as long as neither side has more keys than it may read; below
    parents, whose keys are not known yet, as if there were many.
    """
    for crossing in _crossings(reach.catalog, read.entity, read.filter, (), read.call):
        yield _side_text(reach, *crossing)


def _side_text(
    reach: Reach, source: Entity, across: Related, beside: Beside, call: Call | None
) -> str:
    target, own = reach.catalog[across.relation.target], all_of(beside)
    rows = {
        source.name: None if call else reach.rows(source, own),
        target.name: reach.rows(target, sought(across)),
    }
    first, then = source.name, target.name
    if not reach.is_for_source(source, across, own, call):
        first, then = then, first
    told = f"across {across.relation.name}: {first} is asked first"
    if rows[first] is None or rows[then] is None:
        return told
    return f"{told}, about {_about(rows[first])} rows; of {then} about {_about(rows[then])}"


def _about(rows: float | None) -> str:
    """One digit, since it is a guess: `9,000`."""
    return f"{float(f'{max(rows or 0, 1):.0e}'):,.0f}"


def _crossings(
    catalog: Catalog, entity: Entity, filter_: Filter, beside: Beside, call: Call | None
) -> Iterator[_Crossing]:
    """All of them, the outer ones first."""
    match filter_:
        case And(filters):
            near = [part for part in filters if not reaches(part) and part != ALWAYS]
            for each in filters:
                yield from _crossings(catalog, entity, each, (*beside, *near), call)
        case Or(filters):
            for each in filters:
                yield from _crossings(catalog, entity, each, beside, call)
        case Not(inner):
            yield from _crossings(catalog, entity, inner, beside, call)
        case Related(relation, _, inner):
            if relation.cross_store:
                yield entity, filter_, beside, call
            yield from _crossings(catalog, catalog[relation.target], inner, (), None)
        case Compare() | IsNull() | Searched() | Elements() | Among():
            return
        case _:
            assert_never(filter_)
