"""In charge of filters as wholes: several as one, one as its parts, and whether it leads across."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

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
from catalog.summary import Summary


def all_of(filters: Sequence[Filter]) -> Filter:
    """The conjunction, without a wrapper around a single filter."""
    kept = [part for part in filters if part != ALWAYS]
    return kept[0] if len(kept) == 1 else And(tuple(kept))


def conjuncts(filter_: Filter) -> Iterator[Filter]:
    """The filters that must all hold, those of an And inside an And included."""
    if isinstance(filter_, And):
        for each in filter_.filters:
            yield from conjuncts(each)
    else:
        yield filter_


def leads_across(read: Read | Summary) -> bool:
    """Whether a read's filter or order leads into the other store."""
    return reaches(read.filter) or is_ordered_across(read)


def is_ordered_across(read: Read | Summary) -> bool:
    """Whether a read's order leads into the other store."""
    return isinstance(read, Read) and any(order.is_far for order in read.order)


def reaches(filter_: Filter) -> bool:
    """Whether a filter reaches into the other store."""
    match filter_:
        case And(filters) | Or(filters):
            return any(map(reaches, filters))
        case Not(inner):
            return reaches(inner)
        case Related(relation, _, inner):
            return relation.cross_store or reaches(inner)
        case Compare() | IsNull() | Searched() | Elements() | Among():
            return False
        case _:
            assert_never(filter_)
