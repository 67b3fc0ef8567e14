"""Clients that retry by idempotency keys while processes are killed: each effect comes once."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections import Counter, defaultdict
from contextlib import suppress
from typing import Any

import httpx
import psycopg
import pymongo
import pytest
from killed import CHANCE, COUNTERS, Workers

from datasources.embedded import EmbeddedUrls, Supervisor

CLIENTS = 8
VICTIMS = ("0", "1", "postgres", "0", "mongo", "1", "0", "1")
"""Who is killed, one after the other: workers by their numbers, and databases."""

WRITTEN = """mutation ($name: String!, $counter: Int!) {
  createEffect%s(input: {name: $name}) { ... on Effect%sWritten { effect%s { id name } } }
  updateCounter%s(id: $counter, increment: {value: 1}) {
    ... on Counter%sWritten { affected counter%s { value } } } }"""
MUTATIONS = {kind: WRITTEN % ((kind,) * 6) for kind in ("", "Document")}


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
async def test_each_effect_comes_once_whoever_is_killed(counting: Supervisor, workers: Workers):
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
                os.kill(counting.pids()[victim], signal.SIGKILL)
        over.set()
    effects, counts = found(counting.urls)
    told = {name: answers for client in clients for name, answers in client.told.items()}
    assert effects == dict.fromkeys(told, 1)
    assert sum(counts) == len(told) > CLIENTS * len(MUTATIONS)
    assert {len(answers) for answers in told.values()} == {1}
    assert sum(client.retries for client in clients)
