"""In charge of reading and writing the cache in Redis or Valkey without anyone waiting for it."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from typing import Any, Final, TypeVar, cast

from redis.exceptions import OutOfMemoryError, ResponseError

from datasources.redis.breaker import Breaker
from datasources.redis.cache import Cache
from datasources.redis.client import SOCKET_SECONDS, client_for, reason_of
from datasources.redis.pool import Pool
from telemetry import current, fail, logger, store_span
from telemetry.pools import PoolUse

REQUEST_SECONDS: Final = 0.05
"""How long one request waits for its cache reads, all together."""

READ_SECONDS: Final = 0.03
"""How long one read takes at most."""

_SET_ALL: Final = (
    "for at, key in ipairs(KEYS) do redis.call('SET', key, ARGV[at + 1], 'PX', ARGV[1]) end"
)
"""Many keys by one command: redis-py packs the words and reads the answer of each in Python."""

_LEAST_PATIENCE: Final = 0.005
_LOOKS: Final = 6
_WRITES_IN_FLIGHT: Final = 16

_log = logger("redis")
_Answer = TypeVar("_Answer")


def may_wait() -> bool:
    """Whether the request may wait for a whole read, its own or one that another began."""
    return current().cache_wait.seconds <= REQUEST_SECONDS - READ_SECONDS


class RedisCache(Cache):
    """A cache in Redis or Valkey, at a redis://, rediss:// or unix:// URL.

    A read takes ``timeout`` seconds at most, all reads of a request `REQUEST_SECONDS` together,
    beyond the time that the event loop is busy with other work. After a failure nothing is asked
    for a second; then a probe in the background finds out whether it is well again. Connects when
    first used; raises ValueError for a URL that cannot work.

    ``space`` keeps apart what is cached of other databases in the same Redis.
    """

    def __init__(
        self, url: str, *, space: str = "", timeout: float = READ_SECONDS, pool_size: int = 32
    ) -> None:
        self._prefix = f"bigraph:{space}:"
        self._client = client_for(url, "cache", pool_size=pool_size)
        self._timeout = timeout
        self._breaker = Breaker()
        self._background: set[asyncio.Task[object]] = set()
        self._writes = 0
        self._open = True
        self._scripts = True

    @property
    def pool_use(self) -> PoolUse:
        """How its connections are used now."""
        return cast("Pool", self._client.connection_pool).use

    @property
    def takes(self) -> bool:
        """Whether it is well, and not too many writes are under way."""
        return self._writes < _WRITES_IN_FLIGHT and self._usable()

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """The values, in the order of ``keys``, by one MGET; all None after any failure."""
        values = await self._read(keys) if keys else []
        tally, hits = current(), sum(value is not None for value in values)
        tally.cache_hits += hits
        tally.cache_misses += len(values) - hits
        return values

    def set_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """Keep the items for ``ttl`` seconds; dropped while too many other writes are under way."""
        if items and self.takes:
            self._writes += 1
            self._start(self._write(dict(items), max(1, round(ttl * 1000))))

    def add_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """The same of those that are not there."""
        if items and self.takes:
            self._writes += 1
            self._start(self._write(dict(items), max(1, round(ttl * 1000)), "NX"))

    async def put(self, items: Mapping[str, bytes], ttl: float) -> bool:
        """Keep the items, though it were thought to be away: what stands there is wrong by now."""
        if not self._open:
            return False
        self._writes += 1
        return await self._start(self._write(dict(items), max(1, round(ttl * 1000))))

    async def ping(self) -> str | None:
        """None if it answers in time, else the reason in a few words, without credentials."""
        if not self._open:
            return "it is closed"
        try:
            await self._within(self._timeout, self._pong())
        except ResponseError as error:
            self._recovered()
            return reason_of(error)
        except Exception as error:  # noqa: BLE001 - no failure of a cache is an error
            self._failed(error)
            return reason_of(error)
        self._recovered()
        return None

    async def drain(self) -> None:
        """Wait until nothing runs in the background: half a second or so at most."""
        while self._background:
            await asyncio.wait(tuple(self._background))

    async def close(self) -> None:
        """Finish what runs in the background and let go of all connections."""
        self._open = False
        await self.drain()
        with suppress(Exception):
            async with asyncio.timeout(SOCKET_SECONDS):
                await self._client.aclose()

    async def _read(self, keys: Sequence[str]) -> list[bytes | None]:
        nothing: list[bytes | None] = [None] * len(keys)
        waited = current().cache_wait
        left = REQUEST_SECONDS - waited.seconds
        if left < _LEAST_PATIENCE or not self._usable():
            return nothing
        patience = min(self._timeout, left)
        try:
            with store_span("redis", "MGET") as call, waited:
                values = await self._within(patience, self._mget(keys))
                call.returned(len(values) - values.count(None))
                return values
        except ResponseError:
            return nothing
        except Exception as error:  # noqa: BLE001 - no failure of a cache is an error
            # A wait cut short by the request's own limit says little of the server.
            cut_short = patience < min(self._timeout, REQUEST_SECONDS)
            if not (cut_short and isinstance(error, TimeoutError)):
                self._failed(error)
            return nothing

    async def _write(self, items: Mapping[str, bytes], milliseconds: int, how: str = "") -> bool:
        operation = "EVAL" if self._scripts else "PIPELINE SET"
        try:
            with store_span("redis", operation, batch=len(items)) as call:
                try:
                    async with asyncio.timeout(SOCKET_SECONDS):
                        await self._set(items, milliseconds, how)
                        return True
                except ResponseError as refused:
                    fail(call.span, refused)
        except Exception as error:  # noqa: BLE001 - no failure of a cache is an error
            self._failed(error)
        finally:
            self._writes -= 1
        return False

    async def _set(self, items: Mapping[str, bytes], milliseconds: int, how: str) -> None:
        """Keeps all of them. Raises ``ResponseError`` if the server refuses.

        ``how`` is empty, or `NX` for those alone that are not there.
        """
        named = {self._prefix + key: value for key, value in items.items()}
        # redis-py leaves its arguments and its answers untyped.
        client: Any = self._client
        more = (how,) if how else ()
        if self._scripts and not how:
            try:
                values = (milliseconds, *named.values())
                await client.execute_command("EVAL", _SET_ALL, len(named), *named, *values)
            except OutOfMemoryError:
                raise
            except ResponseError:  # this user may run none, or what stands before it knows none
                self._scripts = False
            else:
                return
        async with client.pipeline(False) as pipe:
            for name, value in named.items():
                pipe.execute_command("SET", name, value, "PX", milliseconds, *more)
            await pipe.execute()

    async def _mget(self, keys: Sequence[str]) -> list[bytes | None]:
        names = [self._prefix + key for key in keys]
        return cast("list[bytes | None]", await self._client.mget(names))

    async def _pong(self) -> None:
        # redis-py leaves its keyword arguments untyped.
        await self._client.ping()  # pyright: ignore[reportUnknownMemberType]

    async def _within(self, seconds: float, work: Coroutine[None, None, _Answer]) -> _Answer:
        """The answer, or TimeoutError after ``seconds``.

        Late work is left to its socket's timeouts, so that a connection that was slow to open is
        there for the next. The time is spent in several looks because of event loops that are
        busy elsewhere: a timer may fire although the answer lies waiting in the socket.
        """
        task = self._start(work)
        for _ in range(_LOOKS):
            await asyncio.wait((task,), timeout=seconds / _LOOKS)
            if task.done():
                return task.result()
        raise TimeoutError

    def _start(
        self, work: Coroutine[None, None, _Answer], context: Context | None = None
    ) -> asyncio.Task[_Answer]:
        task = asyncio.create_task(work, context=context)
        self._background.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._background.discard(task)
        if not task.cancelled():
            task.exception()  # has been told, or came too late to matter

    def _usable(self) -> bool:
        """Whether to ask at all; starts the probe when it is due, outside of any request."""
        if self._open and self._breaker.claim_probe():
            self._start(self.ping(), Context())
        return self._open and self._breaker.closed

    def _failed(self, error: Exception) -> None:
        if self._breaker.trip():
            _log.warning("cache_unavailable", reason=reason_of(error))

    def _recovered(self) -> None:
        if self._breaker.reset():
            _log.info("cache_available")
