"""Plain Strawberry with SQLAlchemy and DataLoaders, as its docs teach, under Starlette."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
import strawberry
from graphql import FieldNode
from lateness import Group, Statistics, late_groups, lateness
from loading import Context, columns, columns_at, load
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import Info
from tables import airline, by_key, flight, flights_by_key, plane, rows

Asked = Info[Context, None]
engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:", 1),
    pool_size=10,
    max_overflow=0,
    isolation_level="AUTOCOMMIT",
)


@strawberry.type
class Airline:
    """An airline, and its flights."""

    carrier: str
    name: str

    @strawberry.field
    async def flights(self, info: Asked, after: int, first: int) -> list[Flight]:
        """Those after an id."""

        async def batch(keys: Sequence[str], names: Sequence[str]) -> list[Any]:
            key = flight.c.carrier
            return await flights_by_key(engine, key, keys, names, after=after, first=first)

        return await load(info, self.carrier, batch)


@strawberry.type
class Plane:
    """A plane, and its flights."""

    tailnum: str
    model: str

    @strawberry.field
    async def flights(self, info: Asked, first: int) -> list[Flight]:
        """Its first ones."""

        async def batch(keys: Sequence[str], names: Sequence[str]) -> list[Any]:
            return await flights_by_key(engine, flight.c.tailnum, keys, names, first=first)

        return await load(info, self.tailnum, batch)


@strawberry.type
class Flight:
    """A flight, with its airline and plane."""

    id: int
    year: int
    month: int
    day: int
    dep_time: int | None
    dep_delay: int | None
    arr_time: int | None
    arr_delay: int | None
    carrier: str
    flight: int
    tailnum: str | None
    origin: str
    dest: str
    air_time: int | None
    distance: int
    time_hour: datetime.datetime

    @strawberry.field
    async def airline(self, info: Asked) -> Airline | None:
        """By its code."""

        async def batch(keys: Sequence[str], names: Sequence[str]) -> list[Any]:
            return await by_key(engine, airline.c.carrier, keys, names)

        return await load(info, self.carrier, batch)

    @strawberry.field
    async def plane(self, info: Asked) -> Plane | None:
        """By its tail number, where the register has it."""

        async def batch(keys: Sequence[str], names: Sequence[str]) -> list[Any]:
            return await by_key(engine, plane.c.tailnum, keys, names)

        return await load(info, self.tailnum, batch, own="tailnum") if self.tailnum else None


@strawberry.type
class FlightPage:
    """A page, and how many there are."""

    total_count: int
    nodes: list[Flight]


@strawberry.type
class Query:
    """The same as the hand-written Node servers have."""

    @strawberry.field
    async def flight(self, info: Asked, id: int) -> Flight | None:
        """One by its id."""
        found = await rows(engine, _flights(columns(info)).where(flight.c.id == id))
        return found[0] if found else None

    @strawberry.field
    async def flights(self, info: Asked, after: int, first: int) -> list[Flight]:
        """Those after an id."""
        page = _flights(columns(info)).where(flight.c.id > after)
        return await rows(engine, page.order_by(flight.c.id).limit(first))

    @strawberry.field
    async def delayed_flights(self, info: Asked, dest: str, delay: int, first: int) -> FlightPage:
        """Those to an airport that left late."""
        matches = (flight.c.dest == dest) & (flight.c.dep_delay > delay)
        count = sa.select(sa.func.count()).select_from(flight).where(matches)
        page = _flights(_node_columns(info)).where(matches).order_by(flight.c.id).limit(first)
        counted = await rows(engine, count)
        return FlightPage(total_count=counted[0][0], nodes=await rows(engine, page))

    @strawberry.field
    async def planes(self, info: Asked, after: str, first: int) -> list[Plane]:
        """Those after a tail number."""
        selected = sa.select(*(plane.c[name] for name in columns(info, own="tailnum")))
        page = selected.where(plane.c.tailnum > after).order_by(plane.c.tailnum)
        return await rows(engine, page.limit(first))

    @strawberry.field
    async def airlines(self, info: Asked, after: str, first: int) -> list[Airline]:
        """Those after a code."""
        selected = sa.select(*(airline.c[name] for name in columns(info, own="carrier")))
        page = selected.where(airline.c.carrier > after).order_by(airline.c.carrier)
        return await rows(engine, page.limit(first))

    @strawberry.field
    async def lateness(self, dest: str, delay: int) -> Statistics:
        """Of the flights to an airport that left late."""
        return await lateness(engine, dest, delay)

    @strawberry.field
    async def late_groups(self, dest: str, delay: int) -> list[Group]:
        """The same by airline and month."""
        return await late_groups(engine, dest, delay)


def _flights(names: Sequence[str]) -> sa.Select[Any]:
    return sa.select(*(flight.c[name] for name in names))


def _node_columns(info: Asked) -> list[str]:
    """The columns that the document asks for at `nodes`."""
    selection = info._raw_info.field_nodes[0].selection_set  # noqa: SLF001 (as in loading.py)
    fields = [node for node in selection.selections if isinstance(node, FieldNode)]
    return next(columns_at(field) for field in fields if field.name.value == "nodes")


class Endpoint(GraphQL[Context, None]):
    """Strawberry's ASGI app, with a request's own loaders and a quick encoder."""

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """New for each request."""
        del request, response
        return Context(engine=engine, loaders={})

    def encode_json(self, data: object) -> bytes:
        """As the docs suggest for speed."""
        return orjson.dumps(data)


schema = strawberry.Schema(
    Query, extensions=[lambda: ParserCache(maxsize=1000), lambda: ValidationCache(maxsize=1000)]
)
app = Starlette()
app.add_route("/graphql", Endpoint(schema, graphql_ide=None))
