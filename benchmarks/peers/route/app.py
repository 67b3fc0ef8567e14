"""A Starlette route written by hand, which passes Postgres's own JSON through."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from psycopg import AsyncConnection
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from statements import STATEMENTS

POOL_SIZE = 10


class _AsBytes(Loader):
    """JSON as it came, without decoding."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


async def answered(request: Request) -> Response:
    """`{"data": …}` of the shape in the path, for the variables in the body."""
    statement = STATEMENTS[request.path_params["shape"]]
    variables = orjson.loads(await request.body())["variables"]
    pool: asyncio.Queue[AsyncConnection] = request.app.state.pool
    connection = await pool.get()
    try:
        cursor = await connection.execute(statement, variables, prepare=True)
        row = await cursor.fetchone()
    finally:
        pool.put_nowait(connection)
    assert row is not None  # noqa: S101 (each statement makes one row)
    return Response(b'{"data":%b}' % row[0], media_type="application/json")


@asynccontextmanager
async def opened(app: Starlette) -> AsyncGenerator[None]:
    """The app with its connections."""
    app.state.pool = asyncio.Queue()
    connections = [await _connected() for _ in range(POOL_SIZE)]
    for connection in connections:
        app.state.pool.put_nowait(connection)
    yield
    for connection in connections:
        await connection.close()


async def _connected() -> AsyncConnection:
    url = os.environ["DATABASE_URL"]
    connection = await AsyncConnection.connect(url, autocommit=True)
    connection.adapters.register_loader("json", _AsBytes)
    return connection


app = Starlette(routes=[Route("/{shape}", answered, methods=["POST"])], lifespan=opened)
