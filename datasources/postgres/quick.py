"""In charge of which reads are quick: few rows, which Postgres finds by a unique index alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from catalog.entity import Catalog, Entity
from catalog.filters import conjuncts
from catalog.query import (
    And,
    Compare,
    Filter,
    IsNull,
    Join,
    Operator,
    Path,
    Read,
)
from catalog.summary import Summary

QUICK_KEYS: Final = 100
"""Of a batch, at most."""

_ROWS: Final = 101
"""A page of a hundred, and the row that tells whether more follow."""

_RANGES: Final = frozenset(
    {
        Operator.GT,
        Operator.GTE,
        Operator.LT,
        Operator.LTE,
        Operator.PRECEDES,
        Operator.FOLLOWS,
    }
)


def is_quick(catalog: Catalog, read: Read | Summary) -> bool:
    """Whether a read of this shape takes about as little as a read can.

    It looks for a row by a unique key, or for one by each key of a batch, or goes along a key from
    where it is told. What else it compares, or shows, are plain columns of the rows that it finds.
    """
    if isinstance(read, Summary) or read.total or read.distinct or read.call or read.offset:
        return False
    compared = [*conjuncts(And((read.filter, read.after)))]
    if not (_shows_columns(read.entity, read.fields) and _joins_are_quick(catalog, read.joins)):
        return False
    if read.batch:
        by_key = not read.batch.through and read.entity.is_key(read.batch.fields)
        return by_key and _is_plain(read.entity, compared)
    return _is_by_key(read.entity, compared) or _is_along_key(read, compared)


def _shows_columns(entity: Entity, fields: Iterable[Path]) -> bool:
    return entity.view is None and all(name in entity.stored_fields for name, *_ in fields)


def _joins_are_quick(catalog: Catalog, joins: Iterable[Join]) -> bool:
    return all(
        catalog[join.relation.target].is_key(join.relation.target_fields)
        and _shows_columns(catalog[join.relation.target], join.fields)
        and _joins_are_quick(catalog, join.joins)
        for join in joins
    )


def _is_plain(entity: Entity, filters: Sequence[Filter]) -> bool:
    plain = [each for each in filters if isinstance(each, Compare | IsNull)]
    return len(plain) == len(filters) and _shows_columns(entity, (each.path for each in plain))


def _is_by_key(entity: Entity, filters: Sequence[Filter]) -> bool:
    same = [
        each.path[0]
        for each in filters
        if isinstance(each, Compare) and each.operator is Operator.EQ and len(each.path) == 1
    ]
    return entity.is_key(same) and _is_plain(entity, filters)


def _is_along_key(read: Read, filters: Sequence[Filter]) -> bool:
    if not read.order or read.limit is None or read.limit > _ROWS:
        return False
    first = read.order[0]
    if not (first.is_own and read.entity.is_key(first.path)):
        return False
    return all(
        isinstance(each, Compare) and each.path == first.path and each.operator in _RANGES
        for each in filters
    )
