"""How connections to Redis are used, as an operator sees it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable

import pytest
from valkey_server import Valkey

from datasources.redis import Buckets, RedisCache, Want
from datasources.redis.client import client_for
from datasources.redis.pool import Pool
from edge.metrics import gauges_of
from telemetry import measures
from telemetry.measures import Measures
from tests.library.library import Library


async def test_both_pools_are_told_of(valkey: Valkey, opened: Callable[..., RedisCache]):
    """That of the cache, and that of rates; without Redis neither."""
    cache, buckets = opened(valkey.url), Buckets(valkey.url)
    graph = dataclasses.replace(Library().graph, cache=cache, buckets=buckets)
    await buckets.take([Want("a", 10, 60, 1)])
    told = {(each.name, *each.labels.values()): each.value for each in gauges_of(graph)}
    await buckets.close()
    assert told["db_client_connection_count", "redis/rates", "idle"] == 1
    assert told["db_client_connection_count", "redis/cache", "idle"] == 0
    assert told["db_client_connection_max", "redis/cache"] == 32
    without = dataclasses.replace(Library().graph, buckets=Buckets(None))
    assert not [each for each in gauges_of(without) if each.name.startswith("db_")]


async def test_who_waits_for_a_connection_is_counted(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
):
    """As long as it does, and for how long."""
    monkeypatch.setattr(measures, "installed", found := Measures())
    client = client_for(valkey.url, "test", pool_size=1, seconds=60)
    pool = client.connection_pool
    assert isinstance(pool, Pool)
    first = await pool.get_connection()
    second = asyncio.create_task(pool.get_connection())
    await asyncio.sleep(0)
    assert (pool.use.used, pool.use.waiting) == (1, 1)
    await pool.release(first)
    await pool.release(await second)
    await client.aclose()
    assert (pool.use.used, pool.use.waiting) == (0, 0)
    assert sum(found.waits["redis/test"][1:]) == 1
