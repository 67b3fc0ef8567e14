"""In charge of GraphQL over server-sent events, each operation by a connection of its own.

It is a request as any other, up to its answer: a stream of `next` and, in the end, `complete`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from functools import partial
from typing import Final

from starlette.types import Receive, Scope, Send

from catalog.ending import ended
from edge.errors import HttpError, unexpected
from edge.executing import unexecuted
from edge.graph import Graph
from edge.live.answers import Answering, Answers
from edge.live.guests import guest_of
from edge.live.messages import ClosingError
from edge.live.presence import STOPPING, Guest
from edge.media import EVENT_STREAM
from edge.replies import Body
from edge.requests import Batch, GraphQLRequest, Headers, headers_in, read_request
from edge.rules import HttpRules
from edge.sites import check_meant, check_site
from telemetry import begin, log_request

START: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"%s; charset=utf-8" % EVENT_STREAM.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx would wait for more
    ],
}
"""How the answer begins."""
SIGN: Final = b":\n\n"
"""A comment: of life, to who is told nothing else."""
_COMPLETE: Final = b"event: complete\ndata:\n\n"


class Streams:
    """Answers those who ask for events."""

    def __init__(
        self, graph: Graph, answers: Answers, rules: HttpRules, max_body_bytes: int
    ) -> None:
        self._graph = graph
        self._answers = answers
        self._rules = rules
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One operation. What is wrong with the request is told as to any other."""
        headers = headers_in(scope)
        try:
            guest, asked = await self._read(scope, headers, receive)
            answering, presence = self._answers.to(asked, guest, scope), self._graph.presence
            stream = Stream(answering, send)
            with presence.visit(scope, stream.end) as visit, presence.known(visit, guest, scope):
                # Until it waits for events it is a request as any other, and one too many if so.
                answering.lasting = partial(presence.lasting.add, visit)
                await stream.run(receive, self._graph.live.pulse)
        except HttpError as error:
            await refuse(error, send)
        except Exception:
            await tell(send, 500, Body(None, [unexpected()]), {})
            raise

    async def _read(
        self, scope: Scope, headers: Headers, receive: Receive
    ) -> tuple[Guest, GraphQLRequest]:
        check = partial(check_site, scope, headers, self._graph.public_url)
        guest = await guest_of(scope, headers, self._graph, check)
        asked = await read_request(scope, headers, receive, self._max_body_bytes)
        assert not isinstance(asked, Batch)  # noqa: S101 (none may be in one body here)
        if scope["method"] != "POST" and self._rules.guards_get:
            check_meant(headers, "by GET")
        return guest, asked


class Stream:
    """The events of one operation."""

    def __init__(self, answering: Answering, send: Send) -> None:
        self._answering = answering
        self._send = send
        self._why: ClosingError | None = None

    def end(self, why: ClosingError) -> None:
        """There are no more; but who waits for one answer still gets that if the server stops."""
        self._why = why
        if why is not STOPPING or self._answering.lasts:
            self._answering.end()

    async def run(self, receive: Receive, pulse: float) -> None:
        """All of it, until the operation is over or its client has gone."""
        await self._send(START)
        async with AsyncExitStack() as stack:
            for beside in (beating(self._say, pulse), gone(receive, self._answering.end)):
                task = asyncio.create_task(beside)
                stack.callback(task.cancel)
            telling = asyncio.create_task(self._tell())
            try:
                await asyncio.wait({telling})
            except asyncio.CancelledError:  # the server's patience is at its end
                await ended({telling})
        last = b"" if self._why is None else b": %s\n\n" % self._why.reason.encode()
        await self._send({"type": "http.response.body", "body": last})

    async def _tell(self) -> None:
        await self._say(SIGN)  # so that the head is sent at once
        async with aclosing(self._answering.answers()) as answers:
            async for body in answers:
                await self._say(event_of("next", body.json()))
        if self._why is None:
            await self._say(_COMPLETE)

    async def _say(self, content: bytes) -> None:
        await self._send({"type": "http.response.body", "body": content, "more_body": True})


def event_of(name: str, data: bytes) -> bytes:
    """An event with JSON, which has no line breaks."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


async def beating(say: Callable[[bytes], Awaitable[None]], pulse: float) -> None:
    """Says that somebody is here, again and again."""
    while True:
        await asyncio.sleep(pulse)
        await say(SIGN)


async def gone(receive: Receive, end: Callable[[], None]) -> None:
    """Ends what nobody listens to any more."""
    while (await receive())["type"] != "http.disconnect":
        pass
    end()


async def refuse(error: HttpError, send: Send) -> None:
    """Tells what is wrong with a request, and the log of it."""
    begin()
    log_request(None, None, duration_ms=0.0, status=error.status, error_codes=[error.http_code])
    await tell(send, error.status, unexecuted(error), error.headers)


async def tell(send: Send, status: int, body: Body, headers: Mapping[str, str]) -> None:
    """An answer that is no stream; no cache keeps it."""
    content = body.json()
    raw = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
        *((name.encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
