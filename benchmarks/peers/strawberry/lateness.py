"""In charge of statistics of late flights: their types, and one statement for each question."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import strawberry
from sqlalchemy.ext.asyncio import AsyncEngine
from tables import flight, rows

_MEASURES = (
    sa.cast(sa.func.avg(flight.c.dep_delay), sa.Double).label("dep"),
    sa.cast(sa.func.avg(flight.c.arr_delay), sa.Double).label("arr"),
    sa.func.max(flight.c.arr_delay).label("most"),
    sa.cast(sa.func.sum(flight.c.distance), sa.Double).label("miles"),
)


@strawberry.type
class Means:
    """In minutes."""

    dep_delay: float | None
    arr_delay: float | None


@strawberry.type
class Extremes:
    """In minutes."""

    arr_delay: int | None


@strawberry.type
class Sums:
    """In miles."""

    distance: float | None


@strawberry.type
class Statistics:
    """Of some flights."""

    count: int
    avg: Means
    max: Extremes
    sum: Sums


@strawberry.type
class Key:
    """What the flights of a group share."""

    carrier: str
    month: int


@strawberry.type
class Group:
    """Flights of one airline in one month."""

    key: Key
    avg: Means
    max: Extremes
    sum: Sums


async def lateness(engine: AsyncEngine, dest: str, delay: int) -> Statistics:
    """Of the flights to an airport that left late."""
    statement = sa.select(sa.func.count().label("n"), *_MEASURES).where(_late(dest, delay))
    (row,) = await rows(engine, statement)
    return Statistics(count=row.n, **_measures(row))


async def late_groups(engine: AsyncEngine, dest: str, delay: int) -> list[Group]:
    """The same by airline and month."""
    keys = (flight.c.carrier, flight.c.month)
    statement = sa.select(*keys, *_MEASURES).where(_late(dest, delay))
    found = await rows(engine, statement.group_by(*keys).order_by(*keys))
    return [Group(key=Key(carrier=it.carrier, month=it.month), **_measures(it)) for it in found]


def _late(dest: str, delay: int) -> sa.ColumnElement[bool]:
    return (flight.c.dest == dest) & (flight.c.dep_delay > delay)


def _measures(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "avg": Means(dep_delay=row.dep, arr_delay=row.arr),
        "max": Extremes(arr_delay=row.most),
        "sum": Sums(distance=row.miles),
    }
