"""In charge of who stays: a WebSocket and a stream of events, and how each is ended."""

from __future__ import annotations

import asyncio
import json

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from faults.findings import Finding
from faults.servers import Server

LISTENING = {"query": "subscription { noteWritten(flightId: 1) { text } }"}
REASON = "The server is stopping"
PATIENCE = 60


async def socket(running: Server, begun: asyncio.Event) -> Finding:
    """Listens by a WebSocket until it is closed."""
    url, spoken = running.url.replace("http:", "ws:"), Subprotocol("graphql-transport-ws")
    async with connect(f"{url}/graphql", subprotocols=[spoken], ping_interval=None) as talk:
        await talk.send(json.dumps({"type": "connection_init"}))
        await talk.recv()
        await talk.send(json.dumps({"type": "subscribe", "id": "1", "payload": LISTENING}))
        begun.set()
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await talk.recv()
        except (ConnectionClosed, TimeoutError):
            code, reason = talk.close_code, talk.close_reason or ""
    holds = code == 1012 and REASON in reason
    return Finding("a WebSocket is closed with a reason", f"{code} {reason}", holds)


async def stream(running: Server, begun: asyncio.Event) -> Finding:
    """Listens by server-sent events until they end."""
    said, ending, headers = "", "in order", {"accept": "text/event-stream"}
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        url = f"{running.url}/graphql"
        async with client.stream("POST", url, json=LISTENING, headers=headers) as answer:
            try:
                async for text in answer.aiter_text():
                    said += text
                    begun.set()
            except httpx.HTTPError as error:
                ending = type(error).__name__
    last = said.strip().rpartition("\n")[2]
    holds = ending == "in order" and last.startswith(f": {REASON}")
    return Finding("a stream of events is ended with a reason", f"{last!r}, {ending}", holds)
