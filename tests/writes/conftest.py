"""In charge of what the tests of writes share: a shop at its opening, in memory and in stores."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import psycopg
import pymongo
import pytest
from club import Club, ClubStores
from club_models import CATALOG as CLUB
from killed import COUNTERS, Workers
from patient import sources_at
from shop import Shop
from shop_models import CATALOG
from shop_stores import Stores

from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import load
from tests.writes import counted


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """The servers, for as long as the tests run."""
    folder = tmp_path_factory.mktemp("writes")
    async with Supervisor(folder, ["postgres", "mongo", "redis"], say=print) as supervisor:
        yield supervisor.urls


@pytest.fixture(scope="session")
async def stocked(servers: EmbeddedUrls) -> AsyncGenerator[tuple[Stores, Shop]]:
    """A shop over both servers, and its stores."""
    stores = Stores(servers.postgres or "", servers.mongo or "")
    shop = Shop(sources_at(CATALOG, servers))
    yield stores, shop
    await shop.graph.close()
    stores.close()


@pytest.fixture(autouse=True)
async def _ended() -> AsyncGenerator[None]:
    """Waits for what a test leaves under way, whose locks would be in the way of the next one."""
    yield
    tasks = [task for task in asyncio.all_tasks() if "Finishing" in repr(task.get_coro())]
    if tasks:
        await asyncio.wait(tasks, timeout=60)


@pytest.fixture(params=["memory", "stores"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """A shop at its opening: in memory, and in real stores."""
    if request.param == "memory":
        return Shop()
    stores, shop = request.getfixturevalue("stocked")
    stores.reset()
    return shop


@pytest.fixture(scope="session")
async def founded(servers: EmbeddedUrls) -> AsyncGenerator[tuple[ClubStores, Club]]:
    """A club over both servers, and its stores."""
    stores = ClubStores(servers.postgres or "", servers.mongo or "")
    club = Club(sources_at(CLUB, servers))
    yield stores, club
    await club.graph.close()
    stores.close()


@pytest.fixture(params=["memory", "stores"])
def club(request: pytest.FixtureRequest) -> Club:
    """A club at its beginning: in memory, and in real stores."""
    if request.param == "memory":
        return Club()
    stores, club = request.getfixturevalue("founded")
    stores.reset()
    return club


@pytest.fixture
async def counting(tmp_path: Path) -> AsyncGenerator[Supervisor]:
    """Stores of its own, which may be killed, with the counters at zero."""
    async with Supervisor(tmp_path / "stores", ["postgres", "mongo", "redis"], say=print) as held:
        await load(
            catalog_of(models_in(counted)),
            [],
            postgres_url=held.urls.postgres,
            mongo_url=held.urls.mongo,
            progress=lambda *_: None,
        )
        with psycopg.connect(held.urls.postgres or "", autocommit=True) as connection:
            for number in range(COUNTERS):
                connection.execute("INSERT INTO counter (id, value) VALUES (%s, 0)", [number])
        with pymongo.MongoClient[dict[str, Any]](held.urls.mongo) as client:
            counters = client.get_default_database("bigraph")["counters"]
            nothing = {"value": 0, "tally": {"value": 0}}
            counters.insert_many([{"_id": number, **nothing} for number in range(COUNTERS)])
        yield held


@pytest.fixture
async def workers(counting: Supervisor, tmp_path: Path) -> AsyncGenerator[Workers]:
    """Processes in front of them."""
    environment = {
        "MODELS": "tests.writes.counted",
        "DATABASE_URL": counting.urls.postgres or "",
        "MONGO_URL": counting.urls.mongo or "",
        "REDIS_URL": counting.urls.redis or "",
        "MONGO_DRIVER": os.environ.get("MONGO_DRIVER", "pymongo"),
        "DATA_DIR": str(tmp_path / "data"),
    }
    made = Workers(tmp_path, environment)
    await made.start()
    yield made
    made.stop()
