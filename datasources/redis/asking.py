"""In charge of asking Redis where there is a way without it, as long as it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import TypeVar, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from datasources.redis.breaker import Breaker
from datasources.redis.client import SOCKET_SECONDS, client_for, reason_of
from datasources.redis.patience import DRIVER_SECONDS, patience
from datasources.redis.pool import Pool
from telemetry import logger, store_span
from telemetry.pools import PoolUse

T = TypeVar("T")
A = TypeVar("A")
_log = logger("redis")


class Asking:
    """Redis at a URL; without one it is always away. Its connections have this ``name``.

    That it is away is logged as ``away``, and that it is back as ``back``, if that has a name.
    Raises ValueError for a URL that cannot work.
    """

    def __init__(
        self, url: str | None, name: str, *, pool_size: int, away: str, back: str | None = None
    ) -> None:
        self._client = None
        if url:
            self._client = client_for(url, name, pool_size=pool_size, seconds=DRIVER_SECONDS)
        self._breaker = Breaker()
        self._away, self._back = away, back

    @property
    def pool_use(self) -> PoolUse | None:
        """How the connections are used now, if there are any."""
        return cast("Pool", self._client.connection_pool).use if self._client else None

    async def ask(
        self, question: Callable[[Redis], Awaitable[T]], away: A, *, span: str | None = None
    ) -> T | A:
        """Redis's answer; ``away`` if there is none, or while it cannot be asked.

        A ``span`` of this name is around it, if it has one.
        """
        if self._client is None or not (self._breaker.closed or self._breaker.claim_probe()):
            return away
        try:
            with store_span("redis", span) if span else nullcontext():
                async with patience(SOCKET_SECONDS):
                    answer = await question(self._client)
        except (RedisError, OSError, TimeoutError) as error:
            if self._breaker.trip():
                _log.warning(self._away, reason=reason_of(error))
            return away
        except asyncio.CancelledError:
            # Whoever asked went away, perhaps with the probe that decides for all others.
            self._breaker.trip()
            raise
        if self._breaker.reset() and self._back:
            _log.info(self._back)
        return answer

    async def close(self) -> None:
        """Lets go of all connections."""
        if self._client:
            await self._client.aclose()
