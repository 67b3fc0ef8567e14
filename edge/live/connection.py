"""In charge of one conversation by graphql-transport-ws, from its first message to its last.

Who has said who it is may have operations answered, several at once. Whatever breaks the rules ends
the connection, by a code that says which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, aclosing, suppress
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from edge.errors import HttpError, refusal_body
from edge.live import messages
from edge.live.answers import Answering, Answers
from edge.live.guests import Guest
from edge.live.messages import ClosingError, Complete, Init, Ping, Pong, Said, Subscribe, said_in
from edge.live.presence import STOPPING, Presence, Visit
from edge.live.rules import too_many_operations
from telemetry import logger

_NO_ANSWER = 503
_log = logger("live")

LetIn = Callable[[Init], Awaitable[Guest]]
"""Finds out who somebody is. Raises ``HttpError``."""


class Gone(Exception):  # noqa: N818 (no error, but how conversations end)
    """The client has closed the connection, or lost it."""


class Connection:
    """A socket that is open."""

    def __init__(
        self, parts: tuple[Presence, Answers, LetIn], scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._presence, self._answers, self._let_in = parts
        self._rules = self._presence.rules
        self._scope = scope
        self._receive = receive
        self._send = send
        self._task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._why: ClosingError | None = None
        self._ending = False
        self._operations: dict[str, Answering] = {}
        self._tasks = set[asyncio.Task[None]]()

    def end(self, why: ClosingError) -> None:
        """Closes it, from outside of the conversation."""
        if not self._ending:
            self._ending, self._why = True, why
            self._task.cancel()

    async def run(self, visit: Visit) -> None:
        """The conversation, to its end."""
        with ExitStack() as stack:
            try:
                guest = await self._met()
                stack.enter_context(self._presence.known(visit, guest, self._scope))
                await self._say(messages.ACK)
                while True:
                    await self._hear(await self._next(), guest)
            except Gone:
                pass
            except ClosingError as why:
                await self._close(why)
            except HttpError as error:
                await self._close(_closing(error))
            except asyncio.CancelledError:
                self._task.uncancel()
                await self._finish()
                await self._close(self._why or STOPPING)
            finally:
                self._ending = True
                self._end_operations()
                await self._finish()

    async def _met(self) -> Guest:
        """Who it is; until that is said, nothing is answered but pings."""
        try:
            async with asyncio.timeout(self._rules.init_seconds):
                init = await self._first()
        except TimeoutError:
            raise ClosingError(4408, "Connection initialisation timeout") from None
        return await self._let_in(init)

    async def _first(self) -> Init:
        while True:
            match await self._next():
                case Init() as init:
                    return init
                case Subscribe():
                    raise ClosingError(4401, "Unauthorized")
                case Ping(payload):
                    await self._say(messages.pong(payload))
                case Complete() | Pong():
                    pass

    async def _next(self) -> Said:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Gone
        return said_in(message.get("text"))

    async def _hear(self, said: Said, guest: Guest) -> None:
        match said:
            case Init():
                raise ClosingError(4429, "Too many initialisation requests")
            case Subscribe():
                await self._begin(said, guest)
            case Complete(id_):
                if operation := self._operations.pop(id_, None):
                    operation.end()
            case Ping(payload):
                await self._say(messages.pong(payload))
            case Pong():
                pass

    async def _begin(self, said: Subscribe, guest: Guest) -> None:
        if said.id in self._operations:
            raise ClosingError(4409, f"Subscriber for {said.id} already exists")
        if len(self._tasks) >= self._rules.operations:
            refused = refusal_body(too_many_operations(self._rules.operations))
            await self._say(messages.error(said.id, [refused]))
            return
        answering = self._answers.to(said.asked, guest, self._scope)
        self._operations[said.id] = answering
        task = asyncio.create_task(self._answer(said.id, answering))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, id_: str, answering: Answering) -> None:
        """Tells the answers to an operation, while they are asked for."""
        last = messages.complete(id_)
        with suppress(Gone):
            async with aclosing(answering.answers()) as answers:
                async for body in answers:
                    if self._operations.get(id_) is not answering:
                        return
                    if body.data is None:
                        last = messages.error(id_, body.errors)
                        break
                    await self._say(messages.next_(id_, body))
            if self._operations.get(id_) is answering:
                del self._operations[id_]  # before it is told: from then on the id is free
                await self._say(last)

    async def _say(self, content: bytes) -> None:
        """Sends a message; who has gone, or is to go, hears of none."""
        try:
            await self._send({"type": "websocket.send", "text": content.decode()})
        except (OSError, RuntimeError):  # the latter where it was closed in the meantime
            raise Gone from None

    async def _close(self, why: ClosingError) -> None:
        self._ending = True
        self._end_operations()
        _log.info("socket_closed", code=why.status, reason=why.reason)
        with suppress(OSError, RuntimeError):  # the latter where it was closed in the meantime
            await self._send({"type": "websocket.close", "code": why.status, "reason": why.reason})

    def _end_operations(self) -> None:
        for operation in self._operations.values():
            operation.end()
        self._operations.clear()

    async def _finish(self) -> None:
        """Waits for what is under way, as long as the server does. If it stops, that is told."""
        if self._why is not STOPPING:
            self._end_operations()
        for operation in self._operations.values():
            if operation.lasts:
                operation.end()
        try:
            while self._tasks:
                await asyncio.wait(self._tasks)
        except asyncio.CancelledError:
            for task in self._tasks:
                task.cancel()


def _closing(error: HttpError) -> ClosingError:
    """How somebody is told who is not let in."""
    status = 1013 if error.status in (429, _NO_ANSWER) else 4403
    return ClosingError(status, f"{error.http_code}: {error.message}")
