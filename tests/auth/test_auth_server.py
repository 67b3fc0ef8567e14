"""Signing in to the server as a process of its own, with an issuer that its settings name."""

import json
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from issuing import AUDIENCE, TestIssuer
from running import Running

QUERY = {"query": "{ __typename }"}


@pytest.fixture
async def client(issuer: TestIssuer, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a server that believes the issuer, and has no store."""
    issuers = [{"url": issuer.url, "audience": AUDIENCE}]
    nowhere = "127.0.0.1:1"
    environment = {
        "ISSUERS": json.dumps(issuers),
        "MODELS": "tests.library.models",
        "ENVIRONMENT": "production",
        "DATABASE_URL": f"postgresql://{nowhere}/none",
        "MONGO_URL": f"mongodb://{nowhere}/none",
        "LOG_FORMAT": "json",
    }
    running = Running(tmp_path / "said", environment)
    async with httpx.AsyncClient(base_url=running.url(), timeout=30) as client:
        client.said = lambda: running.said  # type: ignore[attr-defined]
        yield client
    assert running.stop() == 0, running.said


async def test_good_and_bad(client: httpx.AsyncClient, issuer: TestIssuer):
    """The one is let in after one fetch of the keys, others are told why not; none is logged."""
    now = int(time.time())
    good = issuer.token(iat=now, exp=now + 60)
    statuses = []
    for token in (good, "a.b.c", issuer.token(iat=now, exp=now - 60), good):
        headers = {"authorization": f"Bearer {token}"}
        statuses.append((await client.post("/graphql", json=QUERY, headers=headers)).status_code)
    assert statuses == [200, 401, 401, 200]
    assert issuer.asked.count("/keys") == 1
    said = client.said()  # type: ignore[attr-defined]
    assert good not in said
    assert "UNAUTHENTICATED" in said
