"""In charge of logins and sessions in Redis, for all processes; while it is away nobody has one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from redis.exceptions import RedisError, ResponseError

from datasources.errors import SessionsError
from datasources.redis.breaker import Breaker
from datasources.redis.client import client_for, reason_of
from datasources.redis.patience import DRIVER_SECONDS, patience
from telemetry import logger, store_span

PATIENCE: Final = 2.0
"""Seconds that a command may take. More than for a cache: without an answer there is nobody."""

_RELEASE: Final = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"
)
_log = logger("redis")


class _Lifetimes(Protocol):
    """How long a session lasts, and may be idle, in seconds."""

    @property
    def whole(self) -> float: ...
    @property
    def idle(self) -> float: ...


class Sessions:
    """Logins and sessions by name, at a Redis URL; raises ValueError for one that cannot work.

    ``space`` keeps apart those of other clients in the same Redis. Every method raises
    ``SessionsError`` if Redis does not do it in time.
    """

    def __init__(self, url: str, *, space: str = "", pool_size: int = 32) -> None:
        # redis-py leaves its arguments and its answers untyped.
        self._client: Any = client_for(url, "sessions", pool_size=pool_size, seconds=DRIVER_SECONDS)
        self._prefix = f"bigraph:{space}:"
        self._breaker = Breaker()

    async def keep(self, name: str, login: bytes, seconds: float) -> None:
        """A login, for so long."""
        key = self._key("login", name)
        await self._done("SET", lambda: self._client.set(key, login, px=_ms(seconds)))

    async def take(self, name: str) -> bytes | None:
        """The login, once."""
        key = self._key("login", name)
        return await self._done("GETDEL", lambda: self._client.getdel(key))

    async def begin(
        self, name: str, session: bytes, lifetimes: _Lifetimes, groups: Sequence[str]
    ) -> None:
        """A session, which its groups find for as long as it can last; all of it, or nothing."""
        pipe, lasts = self._client.pipeline(transaction=True), min(lifetimes.idle, lifetimes.whole)
        pipe.set(self._key("session", name), session, px=_ms(lasts))
        self._group(pipe, name, lifetimes.whole, groups)
        await self._done("EXEC", pipe.execute)

    async def read(self, name: str, idle: float) -> bytes | None:
        """The session, which from now on may be idle for so long again."""
        key = self._key("session", name)
        return await self._done("GETEX", lambda: self._client.getex(key, px=_ms(idle)))

    async def there(self, names: Sequence[str]) -> Sequence[str]:
        """Those of these sessions that are kept; their time goes on."""
        pipe = self._client.pipeline(transaction=False)
        for name in names:
            pipe.exists(self._key("session", name))
        found = await self._done("EXISTS", pipe.execute)
        return [name for name, there in zip(names, found, strict=True) if there]

    async def shorten(self, name: str, seconds: float) -> None:
        """The session lasts no longer than that, unless it is read."""
        key = self._key("session", name)
        await self._done("PEXPIRE", lambda: self._client.pexpire(key, _ms(seconds)))

    async def renew(
        self, name: str, session: bytes, lifetimes: _Lifetimes, groups: Sequence[str]
    ) -> bool:
        """Puts it in place of what is there, and into these groups as well.

        False, and nothing put, if the session has ended.
        """
        pipe = self._client.pipeline(transaction=True)
        pipe.set(self._key("session", name), session, xx=True, keepttl=True)
        self._group(pipe, name, lifetimes.whole, groups)
        put, *_ = await self._done("EXEC", pipe.execute)
        return put is not None

    async def end(self, *names: str) -> None:
        """The sessions are gone, for all processes. What groups still say of them harms nobody."""
        if names:
            keys = [self._key("session", name) for name in names]
            await self._done("DEL", lambda: self._client.delete(*keys))

    async def found(self, group: str) -> Sequence[str]:
        """The names of the sessions in a group."""
        key = self._key("sessions", group)
        names = await self._done("ZRANGE", lambda: self._client.zrange(key, 0, -1))
        return [name.decode() for name in names]

    async def claim(self, name: str, holder: str, seconds: float) -> bool:
        """Whether this holder, and so nobody else, may renew the session, for so long."""
        key = self._key("claim", name)
        put = await self._done(
            "SET", lambda: self._client.set(key, holder, nx=True, px=_ms(seconds))
        )
        return put is not None

    async def release(self, name: str, holder: str) -> None:
        """Others may, if this holder still could; where no script may run, they wait a little."""
        key = self._key("claim", name)
        with suppress(SessionsError):
            await self._done("EVAL", lambda: self._client.eval(_RELEASE, 1, key, holder))

    async def close(self) -> None:
        """Lets go of all connections."""
        await self._client.aclose()

    def _group(self, pipe: Any, name: str, whole: float, groups: Sequence[str]) -> None:
        """Has groups find a session, which ends in ``whole`` seconds at the latest."""
        now = time.time()
        for group in groups:
            key = self._key("sessions", group)
            pipe.zremrangebyscore(key, "-inf", now)
            pipe.zadd(key, {name: now + whole})
            pipe.pexpire(key, _ms(whole))

    def _key(self, kind: str, name: str) -> str:
        return f"{self._prefix}{kind}:{name}"

    async def _done(self, command: str, work: Callable[[], Awaitable[Any]]) -> Any:
        probing = self._breaker.claim_probe()
        if not (probing or self._breaker.closed):
            raise SessionsError
        try:
            with store_span("redis", command):
                async with patience(PATIENCE):
                    answer = await work()
        except ResponseError as error:
            self._breaker.reset()
            _log.error("sessions_refused", command=command, reason=reason_of(error))
            raise SessionsError from error
        except (RedisError, OSError, TimeoutError) as error:
            if self._breaker.trip():
                _log.error("sessions_unavailable", reason=reason_of(error))
            raise SessionsError from error
        except asyncio.CancelledError:
            if probing:  # and went away before it was known whether Redis is back
                self._breaker.trip()
            raise
        self._breaker.reset()
        return answer


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
