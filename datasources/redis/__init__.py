"""The cache in front of expensive reads, kept in Redis or Valkey: slow or gone, it costs little."""

from importlib import import_module

from telemetry.imports import without

# It would check certificates by OCSP and count by itself, which nobody here can ask it for.
with without("cryptography", "opentelemetry.sdk"):
    import_module("redis.asyncio")  # which takes 12 MB less of each process

from datasources.redis.buckets import Buckets, Taken, Want
from datasources.redis.cache import Cache, NoCache
from datasources.redis.redis_cache import RedisCache, may_wait
from datasources.redis.replays import Replays
from datasources.redis.sessions import Sessions
from datasources.redis.texts import Texts

__all__ = [
    "Buckets",
    "Cache",
    "NoCache",
    "RedisCache",
    "Replays",
    "Sessions",
    "Taken",
    "Texts",
    "Want",
    "may_wait",
]
