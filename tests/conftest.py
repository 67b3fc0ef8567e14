"""In charge of what all tests may share: the servers with the sample, and Bigraph in front of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

import models
from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import load
from models.sample import tables

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers with the sample keep their data and logs."""
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="session")
async def sample_servers(sample_folder: Path) -> AsyncGenerator[EmbeddedUrls]:
    """PostgreSQL, SecantusDB and Valkey, the first two with the whole sample."""
    async with Supervisor(sample_folder, ["postgres", "mongo", "redis"], say=print) as supervisor:
        urls = supervisor.urls
        await load(
            catalog_of(models_in(models)),
            tables(),
            postgres_url=urls.postgres,
            mongo_url=urls.mongo,
            progress=lambda *_: None,
        )
        yield urls


class Running:
    """`python server.py serve` as a process of its own, with what it said so far in a file."""

    def __init__(self, said: Path, environment: dict[str, str], *arguments: str) -> None:
        self._said = said
        with said.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "server.py"), "serve", "--port", "0", *arguments],
                cwd=ROOT,
                env={**_without_settings(), **environment},
                stderr=file,
                stdout=file,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything on its terminal."""
        return self._said.read_text("utf-8")

    def url(self, seconds: float = 60) -> str:
        """The address, once it serves."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(r"GraphQL is at +(http://\S+)/graphql", self.said):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(self.said)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 20) -> int:
        """Ends it by a signal; its exit status."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        return self.process.wait(seconds)


def _without_settings() -> dict[str, str]:
    """The environment of this process, without what would be settings of the server."""
    from settings import Settings  # noqa: PLC0415 (only to name them)

    named = {name.upper() for name in Settings.model_fields}
    return {key: value for key, value in os.environ.items() if key not in named}


@pytest.fixture(scope="session")
def server(
    sample_servers: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Running]:
    """Bigraph, serving the sample by URL."""
    environment = {
        "DATABASE_URL": sample_servers.postgres or "",
        "MONGO_URL": sample_servers.mongo or "",
        "REDIS_URL": sample_servers.redis or "",
        "MONGO_DRIVER": os.environ.get("MONGO_DRIVER", "pymongo"),
        "LOG_FORMAT": "json",
    }
    running = Running(tmp_path_factory.mktemp("server") / "said.txt", environment)
    running.url()
    yield running
    assert running.stop() == 0, running.said


@pytest.fixture(scope="session")
def server_url(server: Running) -> str:
    """Where it answers."""
    return server.url()
