"""In charge of the stores under all servers: ours, embedded, with the whole sample."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import models
from catalog import catalog_of, models_in
from datasources.embedded import Supervisor
from datasources.load import load
from models.sample import tables


@dataclass(frozen=True, slots=True)
class Stores:
    """Where each answers, and the ids of their processes by name."""

    postgres: str
    mongo: str
    redis: str
    processes: dict[str, int]

    @property
    def redis_path(self) -> str:
        """Valkey's socket."""
        return unquote(urlsplit(self.redis).path)

    async def empty_redis(self) -> None:
        """Nothing is cached after this."""
        reader, writer = await asyncio.open_unix_connection(self.redis_path)
        writer.write(b"FLUSHALL\r\n")
        if await reader.readline() != b"+OK\r\n":
            raise RuntimeError("Valkey could not be emptied.")
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def sample_stores(folder: Path) -> AsyncGenerator[Stores]:
    """PostgreSQL, SecantusDB and Valkey with the sample, which is loaded on the first run only."""
    async with Supervisor(folder, ["postgres", "mongo", "redis"], say=print) as supervisor:
        urls = supervisor.urls
        await load(
            catalog_of(models_in(models)),
            tables(),
            postgres_url=urls.postgres,
            mongo_url=urls.mongo,
            progress=lambda *_: None,
        )
        processes = dict(supervisor.pids())
        yield Stores(urls.postgres or "", urls.mongo or "", urls.redis or "", processes)
