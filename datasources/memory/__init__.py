"""A data source without a server: the plainest reading of ``catalog.query``."""

from datasources.memory.source import MemorySource

__all__ = ["MemorySource"]
