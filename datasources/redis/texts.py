"""In charge of texts by their hashes, in Redis for all processes: the latest, up to a number.

There are two keys: the texts, and when each was used last. So the eldest are known, and go.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from redis.exceptions import RedisError

from datasources.redis.breaker import Breaker
from datasources.redis.client import SOCKET_SECONDS, client_for, reason_of
from datasources.redis.patience import DRIVER_SECONDS, patience
from telemetry import logger, store_span

_KEYS: Final = ("bigraph:{texts}:text", "bigraph:{texts}:used")
_log = logger("redis")

_NOW: Final = """
local clock = redis.call('TIME')
local now, ttl = clock[1] * 1000 + math.floor(clock[2] / 1000), ARGV[2] * 1000
"""

_FIND: Final = f"""{_NOW}
local used = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not used or used + ttl <= now then return false end
redis.call('ZADD', KEYS[2], now, ARGV[1])
for at = 1, 2 do redis.call('EXPIRE', KEYS[at], ARGV[2]) end
return redis.call('HGET', KEYS[1], ARGV[1])
"""

_KEEP: Final = f"""{_NOW}
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
redis.call('ZADD', KEYS[2], now, ARGV[1])
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ttl)
local over = redis.call('ZCARD', KEYS[2]) - ARGV[3]
if over > #gone then gone = redis.call('ZRANGE', KEYS[2], 0, over - 1) end
for _, name in ipairs(gone) do
  redis.call('HDEL', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
end
for at = 1, 2 do redis.call('EXPIRE', KEYS[at], ARGV[2]) end
return 1
"""


class Texts:
    """Texts at a Redis URL, which stay for ``ttl`` whole seconds after they were used last.

    There are ``most`` at a time. While Redis is away there are none. Raises ValueError for a URL
    that cannot work.
    """

    def __init__(self, url: str, *, ttl: int, most: int) -> None:
        self._client = client_for(url, pool_size=8, seconds=DRIVER_SECONDS)
        self._breaker = Breaker()
        self._ttl = ttl
        self._most = most

    async def find(self, digest: str) -> str | None:
        """The text of this hash; None if there is none, or Redis cannot tell in time."""
        found = await self._answer(_FIND, digest, self._ttl)
        try:
            return found.decode() if isinstance(found, bytes) else None
        except UnicodeDecodeError:
            return None

    async def keep(self, digest: str, text: str) -> None:
        """Keeps a text, if Redis can be asked; the eldest go where there are too many."""
        await self._answer(_KEEP, digest, self._ttl, self._most, text.encode())

    async def close(self) -> None:
        """Lets go of all connections."""
        await self._client.aclose()

    async def _answer(self, script: str, *words: Any) -> object:
        """What a script gives; None while Redis cannot be asked."""
        if not (self._breaker.closed or self._breaker.claim_probe()):
            return None
        # redis-py leaves its arguments and its answers untyped.
        client: Any = self._client
        try:
            with store_span("redis", "EVAL"):
                async with patience(SOCKET_SECONDS):
                    found = await client.execute_command("EVAL", script, 2, *_KEYS, *words)
        except (RedisError, OSError, TimeoutError) as error:
            if self._breaker.trip():
                _log.warning("documents_here_only", reason=reason_of(error))
            return None
        except asyncio.CancelledError:
            # Whoever asked went away, perhaps with the probe that decides for all others.
            self._breaker.trip()
            raise
        if self._breaker.reset():
            _log.info("documents_everywhere")
        return found
