"""In charge of what may be shown once only: remembered in Redis for all processes, and here."""

import asyncio
import time
from typing import Final

from redis.exceptions import RedisError

from datasources.redis.breaker import Breaker
from datasources.redis.client import SOCKET_SECONDS, client_for, reason_of
from telemetry import logger

_MOST_HERE: Final = 100_000
_log = logger("redis")


class Replays:
    """Names that were shown, at a Redis URL; without one, or while Redis is away, by this process.

    Raises ValueError for a URL that cannot work.
    """

    def __init__(self, url: str | None, *, most_here: int = _MOST_HERE) -> None:
        self._client = client_for(url, pool_size=8) if url else None
        self._breaker = Breaker()
        self._here: dict[str, float] = {}
        self._most_here = most_here

    async def first(self, name: str, seconds: float) -> bool:
        """Whether this name is new; from now on, for so many seconds, it is not."""
        return self._first_here(name, seconds) and await self._first_anywhere(name, seconds)

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
        if self._client is None or not (self._breaker.closed or self._breaker.claim_probe()):
            return True
        try:
            async with asyncio.timeout(SOCKET_SECONDS):
                kept = await self._client.set(
                    f"bigraph:shown:{name}", b"", px=round(seconds * 1000), nx=True
                )
        except (RedisError, OSError, TimeoutError) as error:
            if self._breaker.trip():
                _log.warning("replays_here_only", reason=reason_of(error))
            return True
        except asyncio.CancelledError:
            # Whoever asked went away, perhaps with the probe that decides for all others.
            self._breaker.trip()
            raise
        self._breaker.reset()
        return kept is not None
