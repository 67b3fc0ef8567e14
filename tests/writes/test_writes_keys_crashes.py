"""Clients that retry by idempotency keys while processes are killed: each effect comes once."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pymongo
import pytest
from running import Running

from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import load
from tests.writes import counted

CLIENTS, COUNTERS = 8, 4
VICTIMS = ("0", "1", "postgres", "0", "mongo", "1", "0", "1")
"""Who is killed, one after the other: workers by their numbers, and databases."""

CHANCE = random.Random()  # noqa: S311 (no secret)
WRITTEN = """mutation ($name: String!, $counter: Int!) {
  createEffect%s(input: {name: $name}) { ... on Effect%sWritten { effect%s { id name } } }
  updateCounter%s(id: $counter, increment: {value: 1}) {
    ... on Counter%sWritten { affected counter%s { value } } } }"""
MUTATIONS = {kind: WRITTEN % ((kind,) * 6) for kind in ("", "Document")}


class Workers:
    """Two processes that serve the same stores, one of which may just be away."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._running: list[Running] = []
        self.urls: list[str] = []

    async def start(self) -> None:
        """Starts both."""
        for _ in range(2):
            self._running.append(self._begun())
            self.urls.append(await asyncio.to_thread(self._running[-1].url))

    async def kill(self, number: int) -> None:
        """Ends one at once, and starts another in its place."""
        await asyncio.to_thread(self._running[number].stop, signal.SIGKILL)
        self._running[number] = self._begun()
        self.urls[number] = await asyncio.to_thread(self._running[number].url)

    def stop(self) -> None:
        """Ends both."""
        for running in self._running:
            running.stop()

    def _begun(self) -> Running:
        said = self._folder / f"said-{CHANCE.getrandbits(64):x}.txt"
        return Running(said, self._environment)


class Client:
    """Asks for one thing after the other, each until it is told an answer, and sometimes again."""

    def __init__(self, workers: Workers, http: httpx.AsyncClient) -> None:
        self._workers = workers
        self._http = http
        self.told = defaultdict[str, set[bytes]](set)
        self.retries = 0

    async def work(self, name: str, over: asyncio.Event) -> None:
        """Effects in either store, until it is over."""
        for number in itertools.count():
            if over.is_set():
                return
            for kind in MUTATIONS:
                effect = f"{kind}-{name}-{number}"
                for _ in range(CHANCE.choice((1, 1, 2))):
                    self.told[effect].add(await self._answer(kind, effect, number % COUNTERS))

    async def _answer(self, kind: str, effect: str, counter: int) -> bytes:
        variables = {"name": effect, "counter": counter}
        body = {"query": MUTATIONS[kind], "variables": variables}
        while True:
            with suppress(httpx.HTTPError):
                url = CHANCE.choice(self._workers.urls)
                answer = await self._http.post(
                    f"{url}/graphql", json=body, headers={"idempotency-key": effect}
                )
                if answer.status_code == 200 and "errors" not in answer.json():
                    return answer.content
                assert answer.status_code in {200, 409, 503}, answer.text
            self.retries += 1
            await asyncio.sleep(CHANCE.uniform(0.01, 0.2))


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncGenerator[Supervisor]:
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
                connection.execute("INSERT INTO counter VALUES (%s, 0)", [number])
        with pymongo.MongoClient[dict[str, Any]](held.urls.mongo) as client:
            counters = client.get_default_database("bigraph")["counters"]
            counters.insert_many([{"_id": number, "value": 0} for number in range(COUNTERS)])
        yield held


@pytest.fixture
async def workers(stores: Supervisor, tmp_path: Path) -> AsyncGenerator[Workers]:
    """Processes in front of them."""
    environment = {
        "MODELS": "tests.writes.counted",
        "DATABASE_URL": stores.urls.postgres or "",
        "MONGO_URL": stores.urls.mongo or "",
        "REDIS_URL": stores.urls.redis or "",
        "MONGO_DRIVER": os.environ.get("MONGO_DRIVER", "pymongo"),
        "DATA_DIR": str(tmp_path / "data"),
    }
    made = Workers(tmp_path, environment)
    await made.start()
    yield made
    made.stop()


def found(urls: EmbeddedUrls) -> tuple[Counter[str], list[int]]:
    """How often each effect is there, and what all counters say, without Bigraph."""
    with psycopg.connect(urls.postgres or "") as connection:
        effects = [name for (name,) in connection.execute("SELECT name FROM effect")]
        counts = [value for (value,) in connection.execute("SELECT value FROM counter")]
    with pymongo.MongoClient[dict[str, Any]](urls.mongo) as client:
        database = client.get_default_database("bigraph")
        effects += [each["name"] for each in database["effects"].find()]
        counts += [each["value"] for each in database["counters"].find()]
    return Counter(effects), counts


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_each_effect_comes_once_whoever_is_killed(stores: Supervisor, workers: Workers):
    """Workers and both databases; and every request for it is told the same."""
    over = asyncio.Event()
    async with httpx.AsyncClient(timeout=60) as http, asyncio.TaskGroup() as group:
        clients = [Client(workers, http) for _ in range(CLIENTS)]
        for number, client in enumerate(clients):
            group.create_task(client.work(f"{number}", over))
        for victim in VICTIMS:
            await asyncio.sleep(CHANCE.uniform(0.5, 2))
            if victim.isdigit():
                await workers.kill(int(victim))
            else:
                os.kill(stores.pids()[victim], signal.SIGKILL)
        over.set()
    effects, counts = found(stores.urls)
    told = {name: answers for client in clients for name, answers in client.told.items()}
    assert effects == dict.fromkeys(told, 1)
    assert sum(counts) == len(told) > CLIENTS * len(MUTATIONS)
    assert {len(answers) for answers in told.values()} == {1}
    assert sum(client.retries for client in clients)
