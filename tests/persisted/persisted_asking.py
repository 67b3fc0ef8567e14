"""In charge of asking by ids and hashes: a library that keeps documents, behind HTTP."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import httpx

from edge.app import create_app
from edge.persisted.documents import Documents
from tests.library.library import Library

MEANT = {"graphql-preflight": "1"}
GRAPHQL = "application/graphql-response+json"


def client_of(documents: Documents, **options: Any) -> httpx.AsyncClient:
    """A client of a library that keeps these documents."""
    graph = dataclasses.replace(Library().graph, documents=documents)
    app = create_app(graph, max_body_bytes=100_000, examples=None, **options)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://library")


def hash_of(text: str) -> str:
    """As Apollo's clients make it."""
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(digest: Any, version: Any = 1) -> dict[str, Any]:
    """Apollo's extension."""
    return {"persistedQuery": {"version": version, "sha256Hash": digest}}


async def posted(client: httpx.AsyncClient, **values: Any) -> httpx.Response:
    """The answer to a request with these parameters."""
    return await client.post("/graphql", json=values)


async def got(client: httpx.AsyncClient, **values: Any) -> httpx.Response:
    """The same by GET."""
    parameters = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }
    return await client.get("/graphql", params=parameters, headers=MEANT)


def code_of(response: httpx.Response) -> str:
    """The code of the one error of an answer."""
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]
