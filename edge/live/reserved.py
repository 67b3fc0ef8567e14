"""In charge of event streams that carry the answers to several operations, at `/graphql/stream`.

A stream is reserved (PUT), for a token; opened by that (GET), once; asked for operations (POST) and
to end some (DELETE). Browsers open six connections to a host, and no more, over HTTP/1.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, aclosing
from functools import partial
from typing import Any, Final, cast

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from auth import Principal
from edge.bodies import body_of
from edge.errors import HttpError, told
from edge.graph import Graph
from edge.live.answers import Answering, Answers
from edge.live.guests import guest_of
from edge.live.messages import ClosingError
from edge.live.presence import Guest
from edge.live.rules import too_many_operations
from edge.live.streams import SIGN, START, Streams, beating, event_of, gone, refuse, tell
from edge.media import check_body_type
from edge.replies import Body
from edge.requests import Headers, checked, header, headers_in, json_in, parameters_of
from edge.sites import check_page
from resolvers.operations.answering import as_json

TOKEN: Final = b"x-graphql-event-stream-token"


class Reserved:
    """One stream, from its reservation to its end."""

    def __init__(self, guest: Guest, most: int) -> None:
        self.guest = guest
        self.token = secrets.token_urlsafe(32)
        self.opened = asyncio.Event()
        self.over = asyncio.Event()
        self.send: Send | None = None
        self.why: ClosingError | None = None
        self.lasting: Callable[[], None] = lambda: None
        """What is to be done once it is open."""
        self._most = most
        self._operations: dict[str, Answering] = {}
        self._tasks = set[asyncio.Task[None]]()

    def end(self, why: ClosingError | None = None) -> None:
        """It is over, and all of its operations are."""
        self.why = self.why or why
        for operation in self._operations.values():
            operation.end()
        self._operations.clear()
        self.over.set()

    def begin(self, id_: str, answering: Answering) -> None:
        """Has an operation answered. Raises ``HttpError``."""
        if id_ in self._operations:
            raise HttpError(409, "OPERATION_EXISTS", "There is an operation with this id already.")
        if len(self._tasks) >= self._most:
            raise too_many_operations(self._most)
        self._operations[id_] = answering
        task = asyncio.create_task(self._answer(id_, answering))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def complete(self, id_: str) -> None:
        """Nobody wants more of an operation."""
        if operation := self._operations.pop(id_, None):
            operation.end()

    async def say(self, content: bytes) -> None:
        """Tells it, once there is somebody to hear it."""
        await self.opened.wait()
        assert self.send is not None  # noqa: S101 (it is opened)
        if not self.over.is_set():
            await self.send({"type": "http.response.body", "body": content, "more_body": True})

    async def _answer(self, id_: str, answering: Answering) -> None:
        name = as_json(id_)
        async with aclosing(answering.answers()) as answers:
            async for body in answers:
                if self._operations.get(id_) is not answering:
                    return
                await self.say(event_of("next", b'{"id":%s,"payload":%s}' % (name, body.json())))
        if self._operations.get(id_) is answering:
            del self._operations[id_]
            await self.say(event_of("complete", b'{"id":%s}' % name))


class Reservations:
    """Answers at `/graphql/stream`. Who shows no token asks for a stream of one operation."""

    def __init__(
        self, graph: Graph, answers: Answers, streams: Streams, max_body_bytes: int
    ) -> None:
        self._graph = graph
        self._answers = answers
        self._streams = streams
        self._max_body_bytes = max_body_bytes
        self._reserved: dict[str, Reserved] = {}
        self._keeping = set[asyncio.Task[None]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        headers = headers_in(scope)
        token = header(headers, TOKEN) or parameters_of(scope).get("token", "")
        try:
            match scope["method"]:
                case "PUT":
                    reserved = await self._reserve(scope, headers)
                    response = PlainTextResponse(reserved.token, 201, headers=_NOT_KEPT)
                    await response(scope, receive, send)
                case "DELETE":
                    reserved = await self._found(token, scope, headers)
                    reserved.complete(parameters_of(scope).get("operationId", ""))
                    await Response(headers=_NOT_KEPT)(scope, receive, send)
                case _ if not token:
                    await self._streams(scope, receive, send)
                case "POST":
                    reserved = await self._found(token, scope, headers)
                    refused = await self._begin(reserved, scope, headers, receive)
                    await (tell(send, 400, refused, {}) if refused else _accepted(send))
                case _:
                    await _open(self._known(token), receive, send, self._graph.live.pulse)
        except HttpError as error:
            await refuse(error, send)

    async def _reserve(self, scope: Scope, headers: Headers) -> Reserved:
        guest, presence = await self._guest(scope, headers), self._graph.presence
        reserved = Reserved(guest, self._graph.live.operations)
        with ExitStack() as stack:
            visit = stack.enter_context(presence.visit(scope, reserved.end))
            stack.enter_context(presence.known(visit, guest, scope))
            reserved.lasting = partial(presence.lasting.add, visit)
            task = asyncio.create_task(self._keep(reserved, stack.pop_all()))
        self._reserved[reserved.token] = reserved
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        return reserved

    async def _keep(self, reserved: Reserved, present: ExitStack) -> None:
        """Holds it until it is over, which it is if nobody opens it in time."""
        with present:
            seconds = self._graph.live.init_seconds
            await asyncio.wait({asyncio.create_task(reserved.over.wait())}, timeout=seconds)
            if not reserved.opened.is_set():
                reserved.end()
            await reserved.over.wait()
            del self._reserved[reserved.token]

    async def _guest(self, scope: Scope, headers: Headers) -> Guest:
        # None of these is a request that a page may send without asking first.
        check = partial(check_page, scope, headers, self._graph.public_url)
        return await guest_of(scope, headers, self._graph, check)

    async def _found(self, token: str, scope: Scope, headers: Headers) -> Reserved:
        """The stream of whoever asks."""
        reserved, guest = self._known(token), await self._guest(scope, headers)
        if _whose(guest.name) != _whose(reserved.guest.name):
            raise _unknown()
        return reserved

    def _known(self, token: str) -> Reserved:
        if token not in self._reserved:
            raise _unknown()
        return self._reserved[token]

    async def _begin(
        self, reserved: Reserved, scope: Scope, headers: Headers, receive: Receive
    ) -> Body | None:
        """Nothing, if there will be answers; or what is wrong with the document."""
        check_body_type(headers.get(b"content-type", b""))
        values = json_in(await body_of(scope, receive, self._max_body_bytes), "The body")
        asked = checked(values)
        extensions = cast("Mapping[str, Any]", values.get("extensions") or {})
        id_ = extensions.get("operationId")
        if not isinstance(id_, str) or not id_:
            raise HttpError(400, "BAD_REQUEST", "`extensions.operationId` must be a string.")
        if asked.query:
            problems = self._graph.operations.problems(asked.query, asked.operation_name)
            if problems:
                return Body(None, [told(each, before_execution=True) for each in problems])
        reserved.begin(id_, self._answers.to(asked, reserved.guest, scope))
        return None


_NOT_KEPT: Final = {"cache-control": "no-store"}


async def _open(reserved: Reserved, receive: Receive, send: Send, pulse: float) -> None:
    """Tells what there is to be told, until the stream is over."""
    if reserved.opened.is_set():
        raise HttpError(409, "STREAM_TAKEN", "The stream is open already.")
    reserved.send = send
    reserved.opened.set()
    reserved.lasting()
    await send(START)
    async with AsyncExitStack() as stack:
        await reserved.say(SIGN)
        for beside in (beating(reserved.say, pulse), gone(receive, reserved.end)):
            stack.callback(asyncio.create_task(beside).cancel)
        try:
            await reserved.over.wait()
        except asyncio.CancelledError:  # the server's patience is at its end
            reserved.end()
    last = b"" if reserved.why is None else b": %s\n\n" % reserved.why.reason.encode()
    await send({"type": "http.response.body", "body": last})


async def _accepted(send: Send) -> None:
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _whose(principal: Principal) -> tuple[str | None, str | None]:
    return principal.issuer, principal.subject


def _unknown() -> HttpError:
    message = "There is no such stream of yours here: it was not reserved, or is over."
    return HttpError(404, "STREAM_UNKNOWN", message, hint="Reserve one by PUT.")
