"""In charge of what a cache promises, and of the cache that holds nothing."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Cache(Protocol):
    """Bytes by key, for a while. It may forget at any time, and no failure of it is an error."""

    @property
    def takes(self) -> bool:
        """Whether items would be kept now, as far as it knows."""
        ...

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """The values, in the order of ``keys``; None where it has none or cannot tell in time."""
        ...

    def set_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """Keep the items for ``ttl`` seconds, in the background, if that is possible."""
        ...

    def add_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """The same of those items that are not there."""
        ...

    async def put(self, items: Mapping[str, bytes], ttl: float) -> bool:
        """Keep the items, and wait until it is done; False if it could not be done in time."""
        ...

    async def ping(self) -> str | None:
        """None if all is well, else the reason in a few words, without credentials."""
        ...

    async def drain(self) -> None:
        """Wait until nothing runs in the background."""
        ...

    async def close(self) -> None:
        """Finish what runs in the background and let go of all connections."""
        ...


class NoCache(Cache):
    """The cache when caching is off."""

    @property
    def takes(self) -> bool:
        """Never."""
        return False

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """None for every key."""
        return [None] * len(keys)

    def set_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """Nothing is kept."""

    def add_many(self, items: Mapping[str, bytes], ttl: float) -> None:
        """Nothing is kept."""

    async def put(self, items: Mapping[str, bytes], ttl: float) -> bool:  # noqa: ARG002
        """There is nothing that could be old."""
        return True

    async def ping(self) -> str | None:
        """Always well."""
        return None

    async def drain(self) -> None:
        """Nothing runs."""

    async def close(self) -> None:
        """Nothing is open."""
