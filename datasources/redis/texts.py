"""In charge of texts by their hashes, in Redis for all processes: the latest, up to a number.

There are two keys: the texts, and when each was used last. So the eldest are known, and go.
"""

from __future__ import annotations

from typing import Any, Final

from datasources.redis.asking import Asking

_KEYS: Final = ("bigraph:{texts}:text", "bigraph:{texts}:used")

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
        away, back = "documents_here_only", "documents_everywhere"
        self._redis = Asking(url, "documents", pool_size=8, away=away, back=back)
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
        await self._redis.close()

    async def _answer(self, script: str, *words: Any) -> object:
        """What a script gives; None while Redis cannot be asked."""

        async def evaluated(client: Any) -> object:  # redis-py leaves its arguments untyped
            return await client.execute_command("EVAL", script, 2, *_KEYS, *words)

        return await self._redis.ask(evaluated, None, span="EVAL")
