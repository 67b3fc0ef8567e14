"""In charge of the connections to Redis of one part of the server: how they are used, and waits."""

from __future__ import annotations

import time
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool
from redis.asyncio.connection import AbstractConnection

from telemetry.measures import waited
from telemetry.pools import PoolUse


class Pool(BlockingConnectionPool):
    """The driver's, which also tells how it is used, under the name of what asks by it."""

    def __init__(self, name: str, **options: Any) -> None:
        cast("Any", super()).__init__(**options)  # redis-py leaves much untyped, here and below
        self.name = f"redis/{name}"
        self._waiting = 0

    @property
    def use(self) -> PoolUse:
        """How it is used now."""
        (idle, _), (used, _) = cast("Any", self).get_connection_count()
        return PoolUse(self.name, self.max_connections, used, idle, self._waiting)

    async def get_connection(self, *_: Any, **__: Any) -> AbstractConnection:
        """A connection, for which others are waited for if none is free."""
        get = cast("Any", super()).get_connection
        if self.can_get_connection():
            return await get()
        began, self._waiting = time.perf_counter(), self._waiting + 1
        try:
            return await get()
        finally:
            self._waiting -= 1
            waited(self.name, began)
