"""In charge of answers in parts by HTTP: `multipart/mixed`, each part as soon as it is made.

They are never compressed: what compresses would wait for more.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, Final

from starlette.types import Scope, Send

from auth import Principal
from edge import costs, idempotency, rates
from edge.delivering import Delivery
from edge.errors import unexpected
from edge.executing import Executing
from edge.media import JSON, MIXED, Spec, parts_wanted
from edge.parts import Part
from edge.replies import Body, Content, Reply
from edge.requests import GraphQLRequest, Headers, header
from edge.watch import Watch, refusal
from telemetry import logger

_FIRST: Final = b"---"
_HEAD: Final = b"\r\ncontent-type: %s; charset=utf-8\r\n\r\n" % JSON.encode()
_NEXT: Final = b"\r\n---"
_END: Final = b"--\r\n"
"""After the last part, beside what is after each."""

_NAMES: Final = {Spec.PENDING: "incrementalSpec", Spec.OF_2022: "deferSpec"}
_log = logger("graphql")


class Mixed:
    """Answers those who read parts."""

    def __init__(self, executing: Executing, watch: Watch) -> None:
        self._executing = executing
        self._watch = watch

    async def answer(
        self,
        asked: GraphQLRequest,
        headers: Headers,
        principal: Principal,
        client: tuple[Scope, Send],
        task: asyncio.Task[Any],
    ) -> Reply | Body:
        """What was sent; or the answer, if nothing of it is left for later. Raises ``HttpError``.

        The request is known to the watch by its ``task``.
        """
        (scope, send), executing = client, self._executing
        by_get = scope["method"] != "POST"
        if not by_get and idempotency.HEADER in headers:
            return await executing.execute_once(asked, principal, idempotency.key_in(headers))
        spec = parts_wanted(header(headers, b"accept"), MIXED)
        delivery = None
        if spec and costs.HEADER not in headers:
            delivery = executing.delivery(asked, principal, spec)
        if spec is None or delivery is None:
            return await executing.execute(asked, principal, by_get=by_get)
        async with aclosing(delivery):
            body = await delivery.begin()
            if delivery.is_whole:
                return body
            first = delivery.first(await executing.graph.documents.noted(asked, body))
            sending = _Sending(send, delivery, self._watch, task)
            return await sending.sent(_start(spec, scope), first)


class _Sending:
    """One answer on its way."""

    def __init__(
        self, send: Send, delivery: Delivery, watch: Watch, task: asyncio.Task[Any]
    ) -> None:
        self._send = send
        self._delivery = delivery
        self._watch = watch
        self._task = task
        self._errors: list[dict[str, Any]] = []

    async def sent(self, start: dict[str, Any], first: Part) -> Reply:
        """All parts; what is replied is for the log."""
        status = 200
        try:
            await self._send(start)
            await self._say(_FIRST, first)
            while (part := await self._delivery.next()) is not None:
                await self._say(b"", part)
        except asyncio.CancelledError:
            status, error = refusal(self._watch.leave(self._task))
            await self._say(b"", self._delivery.broken_off(error))
        except Exception as error:  # noqa: BLE001 (of one answer, which has begun)
            status = 500
            _log.error("unexpected error", exc_info=error)
            await self._say(b"", self._delivery.broken_off(unexpected()))
        # Of a client that has its whole answer a server says the same as of one that has gone.
        self._watch.under_way.pop(self._task, None)
        await self._send({"type": "http.response.body", "body": _END})
        return Reply(status, MIXED, Content(self._errors), is_sent=True)

    async def _say(self, before: bytes, part: Part) -> None:
        self._errors += part.errors
        content = b"".join((before, _HEAD, part.json(), _NEXT))
        await self._send({"type": "http.response.body", "body": content, "more_body": True})


def _start(spec: Spec, scope: Scope) -> dict[str, Any]:
    kind = f'{MIXED}; boundary="-"; {_NAMES[spec]}={spec}'
    headers = [
        (b"content-type", kind.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx would wait for more
        *scope.get(rates.TOLD, ()),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}
