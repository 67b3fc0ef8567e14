"""In charge of what all tests may share: servers with the sample, and Bigraph in front of it."""

from __future__ import annotations

import functools
import gc
import io
import logging
import os
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired
from typing import Any

import orjson
import pytest
import structlog
from httpx._transports import default as _default
from hypothesis import HealthCheck, settings
from running import Running

import models
from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import load
from models.sample import tables
from telemetry import logs
from tests.npm import Workshop, installed
from tests.tools import missing, need_node, not_run

pytest_plugins = ["tests.groups"]

# With every value in every frame, as is its default, one takes seconds.
structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback

# A client reads whom the machine trusts, which takes longer than most tests; it need do so once.
_default.create_ssl_context = functools.cache(_default.create_ssl_context)

# How long an example takes is the machine's affair; no fixture is changed by one.
settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("patient")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was not tried, since a program of others is not here."""
    for what, tests in not_run(terminalreporter.stats.get("skipped", [])).items():
        terminalreporter.write_line(f"{tests} tests were skipped: {what} is missing.", yellow=True)


def pytest_collection_finish() -> None:
    """What has been imported stays: no search for garbage need look through it, nor be often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


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
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
    }
    running = Running(tmp_path_factory.mktemp("server") / "said.txt", environment)
    running.url()
    yield running
    assert running.stop() == 0, running.said


@pytest.fixture(scope="session")
def server_url(server: Running) -> str:
    """Where it answers."""
    return server.url()


@pytest.fixture(scope="session")
def workshop(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Workshop]:
    """Lays a folder of scripts out beside what others wrote for node."""
    need_node()
    try:
        packages = installed(pytestconfig.cache.mkdir("judges"))
    except (CalledProcessError, TimeoutExpired) as error:
        missing(f"what npm would install ({error})")

    def lay(scripts: Path) -> Workshop:
        return Workshop.of(scripts, tmp_path_factory.mktemp("workshop"), packages)

    return lay


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[[], list[dict[str, Any]]]]:
    """The log lines so far, as a program that reads JSON sees them."""
    root, told = logging.getLogger(), io.BytesIO()
    stderr = io.TextIOWrapper(told, encoding="utf-8", write_through=True)
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stderr)
    for name in ("_least", "_requests", "_file"):  # are as they were, once this is over
        monkeypatch.setattr(logs, name, getattr(logs, name))
    logs.configure("info", "json")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the client's own lines
    yield lambda: [orjson.loads(line) for line in told.getvalue().split(b"\n")[:-1]]
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
