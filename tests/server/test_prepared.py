"""What trusted documents ask of PostgreSQL is parsed before anybody asks, as its own log says."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
from patient import postgres_at

import extensions
import models
from catalog import Store, catalog_of, models_in
from datasources.embedded import EmbeddedUrls
from datasources.memory import MemorySource
from datasources.postgres import PostgresSource
from datasources.redis import NoCache
from edge.app import create_app
from edge.graph import Graph
from edge.persisted.documents import Documents
from edge.persisted.trusted import Mode, Trusted
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in

DOCUMENTS = {
    "flight": "query Flight($id: Int!) { flight(id: $id) { carrier plane { model } } }",
    "late": """query Late { flights(where: {carrier: {eq: "HA"}}, first: 3) {
      nodes { id airline { name flights(first: 1) { totalCount } } } } }""",
}
ASKED = {"flight": {"id": 1}, "late": None}
UNKNOWN = "{ planes(first: 1) { nodes { tailnum seats } } }"


def trusting(path: Path, source: PostgresSource) -> Graph:
    """A graph of the sample, with its flights, that trusts the documents of a file."""
    catalog = catalog_of(models_in(models))
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources={
            Store.POSTGRES: source,
            Store.MONGO: MemorySource(catalog, Store.MONGO, {}),
        },
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
        documents=Documents(trusted=Trusted(path, Mode.LOG)),
    )


async def test_the_first_request_has_nothing_parsed(
    sample_servers: EmbeddedUrls, sample_folder: Path, tmp_path: Path
) -> None:
    """Of either document, by whichever session; of what is not trusted it has."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(DOCUMENTS))
    url = f"{sample_servers.postgres}&options=-c%20log_min_duration_statement%3D0"
    source = postgres_at(catalog_of(models_in(models)), url)
    log = sample_folder / "logs" / "postgres.log"

    def parsed() -> int:
        return len(re.findall(r" ms  parse [^:]+: ", log.read_text("utf-8", errors="replace")))

    graph = trusting(path, source)
    transport = httpx.ASGITransport(create_app(graph, max_body_bytes=10_000, examples=None))
    client = httpx.AsyncClient(transport=transport, base_url="http://flights")

    async def asked(body: dict[str, Any]) -> dict[str, Any]:
        return (await client.post("/graphql", json=body)).json()

    try:
        await graph.warm()
        async with graph.working(), client, asyncio.timeout(60):
            idle = source._pool._idle
            while not any(each._names for each in idle):  # noqa: ASYNC110 (nobody is told)
                await asyncio.sleep(0.01)
            before = parsed()
            assert before
            for id, variables in ASKED.items():
                answer = await asked({"documentId": id, "variables": variables})
                assert answer["data"]
                assert "errors" not in answer
            assert parsed() == before
            assert (await asked({"query": UNKNOWN}))["data"]
            assert parsed() > before
    finally:
        await graph.close()
