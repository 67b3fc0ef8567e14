"""In charge of asking an app within its own process: what sockets cost is the same for all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from starlette.types import ASGIApp, Message, Scope

HEADERS: Final = ((b"host", b"127.0.0.1"), (b"content-type", b"application/json"))


class Asked(NamedTuple):
    """An app, and the headers that it is asked with."""

    app: ASGIApp
    headers: Sequence[tuple[bytes, bytes]] = HEADERS


async def answer_of(asked: Asked, query: str) -> bytes:
    """The body of its answer."""
    return await answer_to(asked, json.dumps({"query": query}).encode())


async def answer_to(asked: Asked, body: bytes) -> bytes:
    """The same, of a request whose body is known."""
    sent: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    await asked.app(_scope(asked.headers), receive, send)
    return b"".join(sent)


def _scope(headers: Sequence[tuple[bytes, bytes]]) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
