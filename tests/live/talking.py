"""In charge of what the tests of lasting connections share: servers, and clients of theirs."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import websockets
from websockets.asyncio.client import ClientConnection

from auth.authenticator import Authenticator
from datasources.redis import Replays
from edge.app import create_app
from edge.gate import USUAL, Bearable
from edge.graph import Graph
from edge.graphiql import Example
from edge.listening import listen
from edge.live.rules import LIVE, LiveRules
from edge.process import Stop
from edge.rules import SAFE, HttpRules
from edge.uploads import UploadLimits
from tests.auth.issuing import TestIssuer, running_issuer

PATIENCE = 30
MESSAGE = 20_000
PROTOCOL = "graphql-transport-ws"


@asynccontextmanager
async def serving(
    graph: Graph,
    *,
    live: LiveRules = LIVE,
    rules: HttpRules = SAFE,
    patience: int = 5,
    bearable: Bearable = USUAL,
    examples: list[Example] | None = None,
    uploads: UploadLimits | None = None,
) -> AsyncGenerator[tuple[str, Stop]]:
    """Where a graph is served by the server's own process, `127.0.0.1:1234`, and what ends it."""
    graph = dataclasses.replace(graph, live=dataclasses.replace(live, message_bytes=MESSAGE))
    app = create_app(graph, max_body_bytes=MESSAGE, examples=examples, rules=rules, uploads=uploads)
    stop = Stop()
    with listen("127.0.0.1", 0) as listening:
        running = asyncio.create_task(
            stop.serve(
                app,
                listening,
                patience=patience,
                presence=graph.presence,
                bearable=bearable,
            )
        )
        host, port = listening.address
        yield f"{host}:{port}", stop
        if not stop.asked:
            stop.ask()
        await asyncio.wait_for(running, PATIENCE)
        assert not graph.presence.visits
        assert not graph.presence._counts


async def events_in(lines: AsyncIterator[str]) -> AsyncGenerator[Any]:
    """What the events of a stream hold, as they come."""
    async for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


class Clock:
    """What tells the time to who judges tokens."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def believing(graph: Graph) -> AsyncGenerator[tuple[Graph, TestIssuer, Clock]]:
    """The graph with an issuer whose tokens it takes, and the clock by which it judges them."""
    async with running_issuer() as issuer:
        clock = Clock(time.time())
        authenticator = Authenticator([issuer.issuer()], Replays(None), clock=clock)
        yield dataclasses.replace(graph, authenticator=authenticator), issuer, clock
        await authenticator.close()


class Talk:
    """A client that says what it is told to, and hears what comes."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, type_: str, id_: str | None = None, payload: Any = None) -> None:
        """A message, of what is given."""
        parts = {"type": type_, "id": id_, "payload": payload}
        await self.socket.send(json.dumps({k: v for k, v in parts.items() if v is not None}))

    async def ask(self, id_: str, query: str, **more: Any) -> None:
        """An operation to be answered."""
        await self.say("subscribe", id_, {"query": query, **more})

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))

    async def heard(self, count: int) -> list[dict[str, Any]]:
        """The next messages."""
        return [await self.hear() for _ in range(count)]

    async def init(self, payload: Any = None) -> Self:
        """Is let in."""
        await self.say("connection_init", payload=payload)
        assert await self.hear() == {"type": "connection_ack"}
        return self

    async def closed(self) -> tuple[int, str]:
        """The code and the reason by which the server closes, whatever it says before."""
        with suppress(websockets.ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                async for _ in self.socket:
                    pass
        code, reason = self.socket.close_code, self.socket.close_reason
        assert code is not None
        assert reason is not None
        return code, reason


@asynccontextmanager
async def talking(
    address: str, *protocols: str, init: Any = None, **more: Any
) -> AsyncGenerator[Talk]:
    """A client; with ``init`` it is let in by that payload."""
    chosen: Any = protocols or (PROTOCOL,)
    url = f"ws://{address}/graphql"
    async with websockets.connect(url, subprotocols=chosen, compression=None, **more) as socket:
        talk = Talk(socket)
        yield talk if init is None else await talk.init(init)
