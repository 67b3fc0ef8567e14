"""The cache in front of expensive reads, kept in Redis or Valkey: slow or gone, it costs little."""

from datasources.redis.cache import Cache, NoCache
from datasources.redis.redis_cache import RedisCache, may_wait

__all__ = ["Cache", "NoCache", "RedisCache", "may_wait"]
