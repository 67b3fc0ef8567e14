"""In charge of estimates: about how many rows an entity has, and how many of them match a filter.

They decide which side of a relation between the stores is asked first, and nothing else: whatever
they say, answers are the same.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable, Mapping
from typing import Final, assert_never, cast

from catalog.ending import ended
from catalog.entity import Catalog, Entity, Store
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Not,
    Operator,
    Or,
    Path,
    Readable,
    Related,
    Searched,
)
from datasources.errors import StoreError

_LIFETIME: Final = 300.0  # seconds
_PATIENCE: Final = 10.0  # seconds until a store that did not answer is asked again


class Sizes:
    """How many rows the stores think their entities have; lives as long as the server.

    They are asked when first needed, and again in the background once the numbers are five minutes
    old. A store that is away has no numbers, or its old ones.
    """

    def __init__(self, catalog: Catalog, sources: Mapping[Store, Readable]) -> None:
        self._catalog = catalog
        self._sources = sources
        self._rows: dict[str, int] = {}
        self._due = -math.inf
        self._asking: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Sees to it that there are numbers, if they are to be had; waits for the first ones."""
        if self._asking is None and time.monotonic() >= self._due:
            self._asking = asyncio.create_task(self._ask())
        if self._asking and not self._rows:
            await asyncio.wait({self._asking})

    def rows(self, entity: Entity, filter_: Filter) -> float | None:
        """About how many rows match; None if nobody knows."""
        known = self._rows.get(entity.name)
        return None if known is None else known * _part(entity, known, filter_)

    async def close(self) -> None:
        """Stops asking."""
        if self._asking:
            await ended({self._asking})

    async def _ask(self) -> None:
        try:
            stores = [(source, self._catalog.of(store)) for store, source in self._sources.items()]
            asking = (source.sizes(entities) for source, entities in stores)
            found = await asyncio.gather(*asking, return_exceptions=True)
            for sizes in found:
                if isinstance(sizes, Mapping):
                    self._rows.update(sizes)
                elif not isinstance(sizes, StoreError):
                    raise sizes
            whole = all(isinstance(sizes, Mapping) for sizes in found)
            self._due = time.monotonic() + (_LIFETIME if whole else _PATIENCE)
        finally:
            self._asking = None


_FEW: Final = 0.1
_SOME: Final = 1 / 3
_MOST: Final = 0.9


def _part(entity: Entity, rows: int, filter_: Filter) -> float:
    """Which part of the rows matches, by nothing but the operators: a guess."""
    match filter_:
        case And(filters):
            return math.prod(_part(entity, rows, each) for each in filters)
        case Or(filters):
            return min(1.0, sum(_part(entity, rows, each) for each in filters))
        case Not(inner):
            return 1 - _part(entity, rows, inner)
        case Compare(path, operator, value):
            return _compared(entity, rows, path, operator, value)
        case Among(fields, keys):
            return min(1.0, len(keys) * _one(entity, rows, fields))
        case IsNull() | Searched():
            return _FEW
        case Elements() | Related():
            return _SOME
        case _:
            assert_never(filter_)


def _compared(entity: Entity, rows: int, path: Path, operator: Operator, value: object) -> float:
    match operator:
        case Operator.EQ:
            return _one(entity, rows, path)
        case Operator.IN:
            many = len(cast("tuple[object, ...]", value))
            return min(1.0, many * _one(entity, rows, path))
        case Operator.NE | Operator.NOT_IN:
            return _MOST
        case Operator.LT | Operator.LTE | Operator.GT | Operator.GTE:
            return _SOME
        case Operator.PRECEDES | Operator.FOLLOWS:
            return _SOME
        case Operator.LIKE | Operator.ILIKE | Operator.CONTAINS:
            return _FEW
        case Operator.STARTS_WITH | Operator.ENDS_WITH:
            return _FEW
        case Operator.SIMILAR | Operator.NEAR | Operator.WITHIN:
            return _FEW
        case _:
            assert_never(operator)


def _one(entity: Entity, rows: int, fields: Iterable[str]) -> float:
    """The part of the rows that have one value of these fields."""
    return 1 / max(rows, 1) if entity.is_key(fields) else _FEW
