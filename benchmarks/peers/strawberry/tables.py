"""In charge of the SQL of plain Strawberry's server: SQLAlchemy's tables, and batches by key.

Each statement reads only the columns that the document names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

metadata = sa.MetaData()
_FLIGHT_INTEGERS = [
    "year",
    "month",
    "day",
    "dep_time",
    "dep_delay",
    "arr_time",
    "arr_delay",
    "flight",
    "air_time",
    "distance",
]
flight = sa.Table(
    "flight",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Integer) for name in _FLIGHT_INTEGERS),
    *(sa.Column(name, sa.String) for name in ("carrier", "tailnum", "origin", "dest")),
    sa.Column("time_hour", sa.DateTime(timezone=True)),
)
plane = sa.Table(
    "plane",
    metadata,
    sa.Column("tailnum", sa.String, primary_key=True),
    sa.Column("model", sa.String),
)
airline = sa.Table(
    "airline",
    metadata,
    sa.Column("carrier", sa.String, primary_key=True),
    sa.Column("name", sa.String),
)


async def rows(engine: AsyncEngine, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    """The rows of one statement."""
    async with engine.connect() as connection:
        return (await connection.execute(statement)).all()


async def by_key(
    engine: AsyncEngine, key: sa.Column[Any], keys: Sequence[str], names: Collection[str]
) -> list[sa.Row[Any] | None]:
    """A row, or None, for each key."""
    columns = [key.table.c[name] for name in {*names, key.name}]
    array = sa.cast(list(set(keys)), sa.ARRAY(sa.Text))
    found = await rows(engine, sa.select(*columns).where(key == sa.any_(array)))
    at = {getattr(row, key.name): row for row in found}
    return [at.get(value) for value in keys]


async def flights_by_key(
    engine: AsyncEngine,
    key: sa.Column[Any],
    keys: Sequence[str],
    names: Collection[str],
    *,
    after: int = 0,
    first: int,
) -> list[list[sa.Row[Any]]]:
    """The first flights, in order of id, for each key."""
    array = sa.cast(list(keys), sa.ARRAY(sa.Text))
    wanted = sa.func.unnest(array).table_valued("value", with_ordinality="n", name="wanted")
    wanted = wanted.render_derived()
    columns = [flight.c[name] for name in {*names, "id"}]
    page = (
        sa.select(*columns)
        .where(key == wanted.c.value, flight.c.id > after)
        .order_by(flight.c.id)
        .limit(first)
        .lateral("page")
    )
    statement = sa.select(wanted.c.n, *page.c).select_from(wanted.join(page, sa.true()))
    lists: list[list[sa.Row[Any]]] = [[] for _ in keys]
    for row in await rows(engine, statement.order_by(wanted.c.n, page.c.id)):
        lists[row.n - 1].append(row)
    return lists
