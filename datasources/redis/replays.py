"""In charge of what may be shown once only: remembered in Redis for all processes, and here."""

import time
from typing import Final

from datasources.redis.asking import Asking

_MOST_HERE: Final = 100_000


class Replays:
    """Names that were shown, at a Redis URL; without one, or while Redis is away, by this process.

    Raises ValueError for a URL that cannot work.
    """

    def __init__(self, url: str | None, *, most_here: int = _MOST_HERE) -> None:
        self._redis = Asking(url, "replays", pool_size=8, away="replays_here_only")
        self._here: dict[str, float] = {}
        self._most_here = most_here

    async def first(self, name: str, seconds: float) -> bool:
        """Whether this name is new; from now on, for so many seconds, it is not."""
        return self._first_here(name, seconds) and await self._first_anywhere(name, seconds)

    async def shown(self, name: str) -> bool:
        """Whether it was shown, and is remembered still; to ask is not to show it."""
        if self._here.get(name, 0.0) > time.monotonic():
            return True
        return bool(await self._redis.ask(lambda redis: redis.exists(_key(name)), 0))

    async def close(self) -> None:
        """Lets go of all connections."""
        await self._redis.close()

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
        kept = await self._redis.ask(
            lambda redis: redis.set(_key(name), b"", px=round(seconds * 1000), nx=True), b"away"
        )
        return kept is not None


def _key(name: str) -> str:
    return f"bigraph:shown:{name}"
