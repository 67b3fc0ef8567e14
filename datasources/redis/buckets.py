"""In charge of buckets of tokens that all processes take from: in Redis, else in this process.

A bucket is full at first and holds ``quota`` tokens; it is filled again evenly, within ``window``
seconds from empty to full. Nobody looks at it but who takes from it, so it is two numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, cast

from datasources.redis.asking import Asking
from telemetry.pools import PoolUse

_MOST_HERE: Final = 100_000

_TAKE: Final = """
local clock = redis.call('TIME')
local now, left, short = clock[1] * 1000 + math.floor(clock[2] / 1000), {}, 0
for i, key in ipairs(KEYS) do
  local quota, window = tonumber(ARGV[i * 3 - 2]), tonumber(ARGV[i * 3 - 1])
  local held, since = unpack(redis.call('HMGET', key, 'held', 'since'))
  left[i] = quota
  if held then
    local gone = math.max(0, now - tonumber(since))
    left[i] = math.min(quota, tonumber(held) + gone * quota / window)
  end
  short = math.max(short, math.ceil((tonumber(ARGV[i * 3]) - left[i]) * window / quota))
end
for i, key in ipairs(KEYS) do
  if short <= 0 then
    left[i] = left[i] - tonumber(ARGV[i * 3])
    redis.call('HSET', key, 'held', string.format('%.6f', left[i]), 'since', now)
    redis.call('PEXPIRE', key, ARGV[i * 3 - 1])
  end
  left[i] = math.floor(left[i])
end
return {math.max(0, short), unpack(left)}
"""


class Want(NamedTuple):
    """What is to be taken, from the bucket of this name."""

    name: str
    quota: float
    window: float
    cost: float


class Taken(NamedTuple):
    """Whether it was taken, from all buckets or none: else it can be in ``wait`` seconds.

    ``left`` is what each bucket holds now, in whole tokens.
    """

    wait: float
    left: Sequence[int]


class Buckets:
    """Buckets at a Redis URL; without one, or while Redis is away, in this process alone.

    Raises ValueError for a URL that cannot work.
    """

    def __init__(
        self,
        url: str | None,
        *,
        most_here: int = _MOST_HERE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        away, back = "rates_here_only", "rates_everywhere"
        self._redis = Asking(url, "rates", pool_size=32, away=away, back=back)
        self._here: dict[str, tuple[float, float]] = {}
        self._most_here = most_here
        self._clock = clock

    @property
    def pool_use(self) -> PoolUse | None:
        """How the connections are used now, if there are any."""
        return self._redis.pool_use

    async def take(self, wants: Sequence[Want]) -> Taken:
        """Takes from all of them, or from none, by one call of Redis."""
        answer = await self._asked(wants)
        return self._taken_here(wants) if answer is None else answer

    async def close(self) -> None:
        """Lets go of all connections."""
        await self._redis.close()

    async def _asked(self, wants: Sequence[Want]) -> Taken | None:
        """Redis's answer; None if there is none, or while it cannot be asked."""
        names = [f"bigraph:rate:{each.name}" for each in wants]
        numbers = [n for each in wants for n in (each.quota, round(each.window * 1000), each.cost)]

        async def taken(client: Any) -> Taken:  # redis-py leaves arguments and answers untyped
            answer = await client.execute_command("EVAL", _TAKE, len(names), *names, *numbers)
            wait, *left = cast("list[int]", answer)
            return Taken(wait / 1000, left)

        return await self._redis.ask(taken, None, span="EVAL")

    def _taken_here(self, wants: Sequence[Want]) -> Taken:
        now = self._clock()
        held = [self._held_here(each, now) for each in wants]
        short = max(
            (each.cost - has) * each.window / each.quota
            for each, has in zip(wants, held, strict=True)
        )
        if short > 0:
            return Taken(short, [int(each) for each in held])
        left = [has - each.cost for each, has in zip(wants, held, strict=True)]
        for each, has in zip(wants, left, strict=True):
            self._here.pop(each.name, None)
            if len(self._here) >= self._most_here:
                del self._here[next(iter(self._here))]
            self._here[each.name] = (has, now)
        return Taken(0, [int(each) for each in left])

    def _held_here(self, want: Want, now: float) -> float:
        held, since = self._here.get(want.name, (want.quota, now))
        return min(want.quota, held + (now - since) * want.quota / want.window)
