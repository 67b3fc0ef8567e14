"""In charge of asking the shop over HTTP with an idempotency key, as somebody."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from shop import ADMIN, ANN, BOB, Shop

from auth import Principal, Shown, Vouched
from edge.app import create_app

PEOPLE = {"ann": ANN, "bob": BOB, "admin": ADMIN}


class ByName:
    """Takes everybody for whom they say they are."""

    def __init__(self, people: dict[str, Principal]) -> None:
        self._people = people

    def recalled(self, authorization: bytes) -> Principal | None:
        """Who says so."""
        return self._people[authorization.decode()]

    async def vouched(self, shown: Shown) -> Vouched:
        """The same."""
        (name,) = shown.authorization
        return Vouched(self._people[name], lambda: True)

    async def close(self) -> None:
        """Does nothing."""


class Client:
    """Asks as somebody."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(
        self, query: str, key: str | None = None, by: str | None = "ann", **variables: Any
    ) -> httpx.Response:
        """The whole answer."""
        headers = {} if by is None else {"authorization": by.encode()}
        if key is not None:
            headers["idempotency-key"] = key.encode()
        body = json.dumps({"query": query, "variables": variables})
        return await self.send(body, headers)

    async def send(self, body: str, headers: dict[str, bytes]) -> httpx.Response:
        """The answer to a body, whatever is in it."""
        headers = {**headers, "content-type": b"application/json"}
        return await self._client.post("/graphql", content=body, headers=headers)

    async def code(self, query: str, key: str, by: str | None = "ann") -> tuple[int, str]:
        """The status, and the code of the one error."""
        answer = await self.ask(query, key, by)
        (error,) = answer.json()["errors"]
        return answer.status_code, error["extensions"]["code"]


@asynccontextmanager
async def asking(
    shop: Shop, people: dict[str, Principal] | None = None, **more: Any
) -> AsyncGenerator[Client]:
    """A client of a shop's app; ``more`` is for its graph."""
    graph = replace(shop.graph, authenticator=ByName(people or PEOPLE), **more)
    app = create_app(graph, max_body_bytes=1_000_000, examples=None)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", timeout=60) as client:
        yield Client(client)


def is_repeated(answer: httpx.Response) -> bool:
    """Whether it says that it is the answer to an earlier request."""
    return answer.headers.get("idempotent-replayed") == "true"
