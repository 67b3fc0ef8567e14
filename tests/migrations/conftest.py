"""In charge of what the tests of migrations share: two servers, a new place on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import psycopg
import pymongo
import pytest
from migrations_place import ROOT, Command, Place

from catalog import Catalog, catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.migrations.history import History
from datasources.migrations.noted import Urls
from datasources.migrations.revising import next_migration
from tests.migrations import garden, garden_later


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """PostgreSQL and SecantusDB, for as long as the tests run."""
    folder = tmp_path_factory.mktemp("migrations")
    async with Supervisor(folder, ["postgres", "mongo"], say=print) as supervisor:
        yield supervisor.urls


@pytest.fixture
def place(servers: EmbeddedUrls) -> Generator[Place]:
    """Databases of the test's own."""
    name, url = f"m{uuid.uuid4().hex[:12]}", servers.postgres or ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        mongo = (servers.mongo or "").replace("/app?", f"/{name}?")
        yield Place(Urls(url.replace("/app?", f"/{name}?"), mongo))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    with pymongo.MongoClient(mongo) as client:
        client.drop_database(name)


@pytest.fixture
def now() -> Catalog:
    """The garden as it begins."""
    return catalog_of(models_in(garden))


@pytest.fixture
def later() -> Catalog:
    """The garden a year later."""
    return catalog_of(models_in(garden_later))


@pytest.fixture(scope="session")
def written(
    servers: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory
) -> tuple[History, History]:
    """Two histories: of the garden as it begins, and of both years."""
    one, both = (History(tmp_path_factory.mktemp(name)) for name in ("one", "both"))
    next_migration(one, catalog_of(models_in(garden)), "A garden", servers.postgres)
    shutil.copytree(one.folder, both.folder, dirs_exist_ok=True)
    next_migration(both, catalog_of(models_in(garden_later)), "A year later", servers.postgres)
    return one, both


@pytest.fixture
def first(written: tuple[History, History]) -> History:
    """The history of the garden as it begins."""
    return written[0]


@pytest.fixture
def both(written: tuple[History, History]) -> History:
    """The history of both years."""
    return written[1]


@pytest.fixture
def command(place: Place, tmp_path: Path) -> Command:
    """Runs `python server.py` for the garden, in these databases."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "MONGO_DRIVER"},
            "DATABASE_URL": place.urls.postgres or "",
            "MONGO_URL": place.urls.mongo or "",
            "MODELS": "tests.migrations.garden",
            "MIGRATIONS": str(tmp_path / "history"),
            "LOG_FORMAT": "json",
            **settings,
        }
        return subprocess.run(
            [sys.executable, "server.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    return run
