"""In charge of the server that is attacked, and of who asks it."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from issuing import AUDIENCE, TestIssuer
from running import Running

from datasources.embedded import EmbeddedUrls

MINE = "{ agents { nodes { name } } }"


def started(folder: Path, stores: EmbeddedUrls, issuers: tuple[TestIssuer, ...]) -> Running:
    """A server of its own."""
    believed = [{"url": each.url, "audience": AUDIENCE, "leeway": 0} for each in issuers]
    environment = {
        "ISSUERS": json.dumps(believed),
        "MODELS": "tests.auth.attacked",
        "DATABASE_URL": stores.postgres or "",
        "MONGO_URL": stores.mongo or "",
        "REDIS_URL": stores.redis or "",
        "LOG_FORMAT": "json",
    }
    return Running(folder / "said", environment)


def token_of(issuer: TestIssuer, **more: Any) -> str:
    """Ada's, of now."""
    now = int(time.time())
    said = {"sub": "ada", "firm": "UA", "iat": now, "exp": now + 600, "jti": uuid.uuid4().hex}
    return issuer.token(**(said | more))


async def ask(
    client: httpx.AsyncClient, query: str, token: str | None, **variables: Any
) -> httpx.Response:
    """The answer to somebody."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": query, "variables": variables}
    return await client.post("/graphql", json=body, headers=headers)
