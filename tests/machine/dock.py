"""In charge of a dock in real stores, asked through the endpoint, and read and emptied without."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import psycopg
import pymongo
import sqlalchemy as sa
from dock_models import CATALOG, Table
from ledger import KINDS, LINKS
from patient import sources_at

from datasources.embedded import EmbeddedUrls
from datasources.own import MARKER, METADATA
from datasources.redis import NoCache
from edge.app import create_app
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

TABLES = {
    "line": "Line",
    "ship": "Ship",
    "captain": "Captain",
    "flag": "Flag",
    "cargo": "Cargo",
    "flying": LINKS,
}
COLLECTIONS = {"harbours": "Harbour", "piers": "Pier"}
COLUMNS = {
    "line_id": "lineId",
    "ship_id": "shipId",
    "flag_id": "flagId",
    "within_id": "withinId",
    "harbour_code": "harbourCode",
    "_id": "code",
}
_ALL = "SELECT " + ", ".join(
    f"(SELECT coalesce(json_agg(t), '[]') FROM {name} t)" for name in TABLES
)

Held = Mapping[str, Sequence[Mapping[str, Any]]]
Rows = Mapping[str, Mapping[Any, Mapping[str, Any]]]


class Dock:
    """The graph over both stores, behind its endpoint; it is asked by a loop of its own."""

    def __init__(self, urls: EmbeddedUrls) -> None:
        self._runner = asyncio.Runner()
        self._postgres = psycopg.connect(urls.postgres or "", autocommit=True)
        self._client = pymongo.MongoClient[dict[str, Any]](urls.mongo or "")
        self._mongo = self._client.get_default_database("bigraph")
        self._make(urls.postgres or "")
        self._graph, self._http = self._runner.run(_opened(urls))

    def _make(self, url: str) -> None:
        engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {METADATA.schema}"))
            METADATA.create_all(connection)
            Table.metadata.create_all(connection)
        engine.dispose()
        self._mongo["piers"].create_index("title", unique=True)

    def asked(self, mutations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The answers to mutations that are asked for at the same time."""

        async def all_at_once() -> list[dict[str, Any]]:
            return await asyncio.gather(*map(self._answer, mutations))

        return self._runner.run(all_at_once())

    async def _answer(self, mutation: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self._http.post("/graphql", json=mutation)
        return answer.json()

    def held(self) -> Held:
        """All that there is, by table and collection, as the stores themselves tell it."""
        found = self._postgres.execute(_ALL).fetchone() or ()
        documents = {name: list(self._mongo[name].find()) for name in COLLECTIONS}
        return {**dict(zip(TABLES, found, strict=True)), **documents}

    def promises(self) -> int:
        """How many MongoDB has not kept, once those that it has have been taken away."""
        for _ in range(200):
            if not (left := self._promised()):
                break
            self._runner.run(asyncio.sleep(0.05))
        return left

    def _promised(self) -> int:
        (count,) = self._postgres.execute("SELECT count(*) FROM bigraph.outbox").fetchone() or (1,)
        return count

    def empty(self) -> None:
        """No rows at all, and keys from 1 on."""
        self._postgres.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY")
        for name in (*COLLECTIONS, MARKER.table):
            self._mongo[name].delete_many({})

    def put(self, held: Held) -> None:
        """These rows, and no others; keys that were given out are not given out again."""
        with self._postgres.transaction():
            self._postgres.execute(f"TRUNCATE {', '.join(TABLES)}")
            for name in TABLES:
                rows = f"json_populate_recordset(NULL::public.{name}, %s)"
                given = json.dumps(held[name])
                self._postgres.execute(f"INSERT INTO {name} SELECT * FROM {rows}", [given])
        for name in COLLECTIONS:
            self._mongo[name].delete_many({})
            if held[name]:
                self._mongo[name].insert_many(held[name])

    def close(self) -> None:
        """Gives back the connections."""
        self._runner.run(_closed(self._graph, self._http))
        self._runner.close()
        self._postgres.close()
        with contextlib.suppress(Exception):
            self._client.close()


async def _opened(urls: EmbeddedUrls) -> tuple[Graph, httpx.AsyncClient]:
    graph = Graph(
        catalog=CATALOG,
        schema=build_schema(CATALOG),
        sources=sources_at(CATALOG, urls),
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(default=100, most=1000),
    )
    transport = httpx.ASGITransport(app=create_app(graph, max_body_bytes=1_000_000, examples=None))
    return graph, httpx.AsyncClient(transport=transport, base_url="http://dock", timeout=120)


async def _closed(graph: Graph, http: httpx.AsyncClient) -> None:
    await http.aclose()
    await graph.close()


def rows_of(held: Held) -> Rows:
    """The same by kind and key, as a ledger has it."""
    kinds = {**TABLES, **COLLECTIONS}
    return {
        kinds[name]: dict(_keyed(kinds[name], row) for row in rows) for name, rows in held.items()
    }


def _keyed(kind: str, row: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A row as a ledger has it: what is missing is null."""
    named = {COLUMNS.get(name, name): value for name, value in row.items()}
    if kind == LINKS:
        return (named["shipId"], named["flagId"]), named
    lacking = dict.fromkeys(KINDS[kind].fields)
    return named[KINDS[kind].key], {**lacking, **named}
