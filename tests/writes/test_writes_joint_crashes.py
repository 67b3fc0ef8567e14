"""Changes of both stores while servers and databases are killed: both have each, or neither."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections import Counter
from typing import Any

import httpx
import psycopg
import pymongo
import pytest
from killed import CHANCE, COUNTERS, Workers

from datasources.embedded import EmbeddedUrls, Supervisor

CLIENTS, CHANGES = 8, 500
VICTIMS = ("0", "mongo", "1", "postgres", "0", "mongo", "postgres", "1")
"""Who is killed, one after the other: workers by their numbers, and databases."""

BOTH = """mutation ($name: String!, $counter: Int!) {
  createEffect(input: {name: $name, documents: {create: [{name: $name}]}}) { __typename }
  updateCounterDocument(id: $counter, increment: {value: 1, tally: {value: 1}},
    input: {tally: {merge: {last: $name}}}) { __typename }
  updateCounter(id: $counter, increment: {value: 1, tally: {value: 1}},
    input: {tally: {merge: {last: $name}}}) { __typename } }"""
MADE = {
    "createEffect": "EffectWritten",
    "updateCounterDocument": "CounterDocumentWritten",
    "updateCounter": "CounterWritten",
}


async def work(workers: Workers, name: str, told: dict[str, bool], over: asyncio.Event) -> None:
    """Asks for one change after the other, each once, until it is over."""
    async with httpx.AsyncClient(timeout=60) as http:
        for number in itertools.count():
            if over.is_set():
                return
            effect = f"{name}-{number}"
            told[effect] = await _is_made(http, CHANCE.choice(workers.urls), effect, number)
            if not told[effect]:
                await asyncio.sleep(CHANCE.uniform(0.05, 0.2))


async def _is_made(http: httpx.AsyncClient, url: str, effect: str, number: int) -> bool:
    """Whether that was told."""
    body = {"query": BOTH, "variables": {"name": effect, "counter": number % COUNTERS}}
    try:
        answer = (await http.post(f"{url}/graphql", json=body)).json()
    except (httpx.HTTPError, ValueError):
        return False
    made = {key: value["__typename"] for key, value in (answer["data"] or {}).items() if value}
    return "errors" not in answer and made == MADE


def related(urls: EmbeddedUrls) -> bool:
    """Whether each document refers to the effect of its name."""
    with psycopg.connect(urls.postgres or "") as connection:
        effects = dict(connection.execute("SELECT id, name FROM effect").fetchall())
    with pymongo.MongoClient[dict[str, Any]](urls.mongo) as client:
        documents = client.get_default_database("bigraph")["effects"].find()
        return effects == {each["effect_id"]: each["name"] for each in documents}


def found(urls: EmbeddedUrls) -> dict[str, tuple[Counter[str], list[tuple[int, int]]]]:
    """How often each effect is there, and what the counters and their documents say, in each.

    Not who was the last: of two who set a field, who is made again later has the last word.
    """
    with psycopg.connect(urls.postgres or "") as connection:
        effects = Counter(name for (name,) in connection.execute("SELECT name FROM effect"))
        rows = connection.execute(
            "SELECT value, (tally->>'value')::int FROM counter ORDER BY id"
        ).fetchall()
    with pymongo.MongoClient[dict[str, Any]](urls.mongo) as client:
        database = client.get_default_database("bigraph")
        documents = Counter(each["name"] for each in database["effects"].find())
        counted = [
            (each["value"], each["tally"]["value"])
            for each in database["counters"].find().sort("_id")
        ]
    return {"postgres": (effects, rows), "mongo": (documents, counted)}


async def settled(urls: EmbeddedUrls) -> None:
    """Until the outbox is empty: a courier looks every few seconds for what is due."""
    left = "SELECT count(*), count(parked) FROM bigraph.outbox"
    async with asyncio.timeout(300):
        while True:
            with psycopg.connect(urls.postgres or "") as connection:
                count, parked = connection.execute(left).fetchone() or (1, 0)
            assert not parked
            if not count:
                return
            await asyncio.sleep(1)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_both_stores_have_each_change_or_neither(
    counting: Supervisor, workers: Workers
) -> None:
    """Whoever is killed; what was told is there, and nothing is twice."""
    over, told = asyncio.Event(), dict[str, bool]()
    async with asyncio.TaskGroup() as group:
        for number in range(CLIENTS):
            group.create_task(work(workers, f"{number}", told, over))
        for at, victim in enumerate(VICTIMS, 1):
            while sum(told.values()) < CHANGES * at // (len(VICTIMS) + 1):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await asyncio.sleep(CHANCE.random() / 10)
            if victim.isdigit():
                await workers.kill(int(victim))
            else:
                os.kill(counting.pids()[victim], signal.SIGKILL)
        while sum(told.values()) < CHANGES:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        over.set()
    await settled(counting.urls)
    held = found(counting.urls)
    assert held["postgres"] == held["mongo"]
    assert related(counting.urls)
    effects, counters = held["postgres"]
    assert set(effects.values()) == {1}
    assert sum(count for count, _ in counters) == len(effects)
    assert all(inside == count for count, inside in counters)
    assert {effect for effect, made in told.items() if made} <= effects.keys() <= told.keys()
