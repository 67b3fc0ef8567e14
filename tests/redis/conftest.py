"""In charge of the servers and caches that the tests of the cache are given."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from valkey_server import Valkey

from datasources.redis import RedisCache
from telemetry import tally


@pytest.fixture(autouse=True)
async def _outside_of_a_request() -> None:
    """Tests share a loop, and so its context: none goes on with the tally of the one before."""
    tally._current.set(None)


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A running server."""
    with tempfile.TemporaryDirectory() as folder:
        server = Valkey(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
async def opened() -> AsyncIterator[Callable[..., RedisCache]]:
    """Opens caches, and closes them after the test."""
    caches: list[RedisCache] = []

    def cache_at(url: str, **options: Any) -> RedisCache:
        caches.append(RedisCache(url, **options))
        return caches[-1]

    yield cache_at
    for cache in caches:
        await cache.close()


@pytest.fixture
async def cache(valkey: Valkey, opened: Callable[..., RedisCache]) -> RedisCache:
    """A cache in a running server, already connected, as patient as in production."""
    cache = opened(valkey.url)
    await cache.ping()
    await cache.drain()
    assert await cache.ping() is None
    return cache
