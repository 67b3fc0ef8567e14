"""In charge of the server that is attacked: with stores of its own, and open to all."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from running import Running, left_in

from datasources.embedded import EmbeddedUrls

MARKET = {
    "MODELS": "tests.attacks.market",
    "EXTENSIONS": "tests.attacks.market_extensions",
    "LOG_FORMAT": "json",
    "MONGO_DRIVER": os.environ.get("MONGO_DRIVER", "pymongo"),
}
"""The settings of any server here."""

OPEN = {
    "UPLOADS": "true",
    "BATCH_LIMIT": "5",
    "SLOW_CLIENT_TIMEOUT": "5",
    "MAX_BODY_BYTES": "250000",
}
"""As much as can be attacked; and who is slow is not waited for long."""


@pytest.fixture(scope="session")
def market_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server that all attack keeps its data."""
    return tmp_path_factory.mktemp("market")


@pytest.fixture(scope="session")
def market(market_folder: Path) -> Generator[Running]:
    """The server that all attack; it ends as any other, and nothing of it is left."""
    settings = {**MARKET, **OPEN, "DATA_DIR": str(market_folder / "data")}
    running = Running(market_folder / "said.txt", settings)
    running.url()
    yield running
    assert running.stop() == 0, running.said[-5000:]
    assert left_in(market_folder) == []


def in_production(folder: Path, servers: EmbeddedUrls, **more: str) -> Generator[str]:
    """The sample, served as in production, until it is no more asked for."""
    settings = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": servers.postgres or "",
        "MONGO_URL": servers.mongo or "",
        "REDIS_URL": servers.redis or "",
        "DATA_DIR": str(folder / "data"),
        "SHUTDOWN_DELAY": "0",
        **more,
    }
    running = Running(folder / "said.txt", settings)
    yield running.url()
    assert running.stop() == 0, running.said


@pytest.fixture(scope="session")
def production(
    tmp_path_factory: pytest.TempPathFactory, sample_servers: EmbeddedUrls
) -> Generator[str]:
    """Where the sample is served as in production."""
    yield from in_production(tmp_path_factory.mktemp("production"), sample_servers)


@pytest.fixture(scope="session")
def wordy(tmp_path_factory: pytest.TempPathFactory, sample_servers: EmbeddedUrls) -> Generator[str]:
    """The same, where one may name more at once: no limit is in a guesser's way."""
    folder = tmp_path_factory.mktemp("wordy")
    yield from in_production(folder, sample_servers, MAX_ROOT_FIELDS="1000")
