"""In charge of what is broken: the real server in front of the real stores, with the sample."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

import models
from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import load
from models.sample import tables
from settings import Settings

ROOT = Path(__file__).parents[1]
WORK = Path(__file__).parent / ".work"


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores, which come back by themselves when they are killed."""

    supervisor: Supervisor

    @property
    def urls(self) -> EmbeddedUrls:
        """Where they are."""
        return self.supervisor.urls

    def processes(self, name: str) -> list[psutil.Process]:
        """All of one store, the first of which is the parent of the others."""
        with suppress(KeyError, psutil.NoSuchProcess):
            first = psutil.Process(self.supervisor.pids()[name])
            return [first, *first.children(recursive=True)]
        return []

    def send(self, name: str, number: signal.Signals) -> None:
        """Sends all processes of a store a signal."""
        for process in self.processes(name):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@asynccontextmanager
async def stores() -> AsyncGenerator[Stores]:
    """All three, with the sample, which is loaded once."""
    async with Supervisor(WORK / "data", ["postgres", "mongo", "redis"], say=print) as supervisor:
        await load(
            catalog_of(models_in(models)),
            tables(),
            postgres_url=supervisor.urls.postgres,
            mongo_url=supervisor.urls.mongo,
            progress=lambda *_: None,
        )
        yield Stores(supervisor)


class Server:
    """`python server.py serve` as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, said: Path) -> None:
        self.process = process
        self._said = said
        self.url = ""

    @property
    def said(self) -> str:
        """All that it said so far."""
        return self._said.read_text("utf-8")

    async def saying(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        """Waits until it says something."""
        async with asyncio.timeout(seconds):
            while True:
                if found := re.search(pattern, self.said):
                    return found
                if self.process.returncode is not None:
                    raise RuntimeError(self.said)
                await asyncio.sleep(0.05)

    async def readiness(self) -> tuple[int, Any]:
        """What it says of itself; 0 if it says nothing."""
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                answer = await client.get(f"{self.url}/health/ready")
        except httpx.HTTPError as error:
            return 0, type(error).__name__
        return answer.status_code, answer.json()

    async def stop(self) -> int:
        """Ends it in order; its exit status."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 60)


@asynccontextmanager
async def server(stores: Stores, **settings: object) -> AsyncGenerator[Server]:
    """The server in front of these stores, by the usual settings but for those given."""
    urls = stores.urls
    given = {
        "DATABASE_URL": urls.postgres,
        "MONGO_URL": urls.mongo,
        "REDIS_URL": urls.redis,
        "LOG_FORMAT": "json",
        "PORT": "0",
        "METRICS": "false",
        "DATA_DIR": str(WORK / "server"),
        **{name.upper(): str(value) for name, value in settings.items()},
    }
    ours = {name.upper() for name in Settings.model_fields}
    environment = {name: text for name, text in os.environ.items() if name not in ours}
    said = WORK / "said.txt"
    with said.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "server.py"), "serve"),
            cwd=ROOT,
            env={**environment, **{n: t for n, t in given.items() if t}},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    running = Server(process, said)
    try:
        running.url = (await running.saying(r"GraphQL is at +(http://\S+)/graphql"))[1]
        yield running
    finally:
        await running.stop()
