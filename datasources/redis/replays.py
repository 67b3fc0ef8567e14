"""In charge of what may be shown once only: remembered in Redis for all processes, and here."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from datasources.redis.breaker import Breaker
from datasources.redis.client import SOCKET_SECONDS, client_for, reason_of
from datasources.redis.patience import DRIVER_SECONDS, patience
from telemetry import logger

_MOST_HERE: Final = 100_000
_log = logger("redis")


class Replays:
    """Names that were shown, at a Redis URL; without one, or while Redis is away, by this process.

    Raises ValueError for a URL that cannot work.
    """

    def __init__(self, url: str | None, *, most_here: int = _MOST_HERE) -> None:
        self._client = client_for(url, pool_size=8, seconds=DRIVER_SECONDS) if url else None
        self._breaker = Breaker()
        self._here: dict[str, float] = {}
        self._most_here = most_here

    async def first(self, name: str, seconds: float) -> bool:
        """Whether this name is new; from now on, for so many seconds, it is not."""
        return self._first_here(name, seconds) and await self._first_anywhere(name, seconds)

    async def shown(self, name: str) -> bool:
        """Whether it was shown, and is remembered still; to ask is not to show it."""
        if self._here.get(name, 0.0) > time.monotonic():
            return True
        return bool(await self._answer(lambda redis: redis.exists(_key(name)), 0))

    async def close(self) -> None:
        """Lets go of all connections."""
        if self._client:
            await self._client.aclose()

    def _first_here(self, name: str, seconds: float) -> bool:
        now = time.monotonic()
        if self._here.get(name, 0.0) > now:
            return False
        self._here.pop(name, None)
        while self._here and (len(self._here) >= self._most_here or self._oldest() <= now):
            del self._here[next(iter(self._here))]
        self._here[name] = now + seconds
        return True

    def _oldest(self) -> float:
        return self._here[next(iter(self._here))]

    async def _first_anywhere(self, name: str, seconds: float) -> bool:
        kept = await self._answer(
            lambda redis: redis.set(_key(name), b"", px=round(seconds * 1000), nx=True), b"away"
        )
        return kept is not None

    async def _answer(self, ask: Callable[[Redis], Awaitable[Any]], away: object) -> object:
        """Redis's answer; ``away`` if there is none, or while it cannot be asked."""
        if self._client is None or not (self._breaker.closed or self._breaker.claim_probe()):
            return away
        try:
            async with patience(SOCKET_SECONDS):
                answer = await ask(self._client)
        except (RedisError, OSError, TimeoutError) as error:
            if self._breaker.trip():
                _log.warning("replays_here_only", reason=reason_of(error))
            return away
        except asyncio.CancelledError:
            # Whoever asked went away, perhaps with the probe that decides for all others.
            self._breaker.trip()
            raise
        self._breaker.reset()
        return answer


def _key(name: str) -> str:
    return f"bigraph:shown:{name}"
