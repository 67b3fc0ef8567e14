"""In charge of requests under way: they end when their client has gone, or their time is up.

Most requests are over before anybody looks: it costs them a line in a table. Those that are not are
cancelled, and with them what they ask of stores. A write that may have been made is let be.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from starlette.types import Receive

from catalog import deadline
from edge.errors import HttpError, error_body, refusal_body
from edge.requests import Headers, header
from edge.transport import has_gone
from telemetry import Tally

TIMEOUT: Final = b"request-timeout-ms"
"""How long its client waits for a request, as Connect's `Connect-Timeout-Ms` says it."""

_DIGITS: Final = 10  # as there
_PAUSE: Final = 0.05  # seconds between two looks
_MESSAGES: Final = 3  # that may come after the body, until a client has gone


class Ending(Enum):
    """Why a request was not worked for any longer."""

    LATE = "late"
    GONE = "gone"


UnderWay = tuple[float, Receive, Tally]
"""A request that is read: when that was, how to hear of its client, and what it does."""


@dataclass(slots=True)
class _Note:
    """What is known of a request that is not like most."""

    timer: asyncio.TimerHandle | None = None
    until: float | None = None
    listening: asyncio.Task[None] | None = None
    reason: Ending | None = None


class Watch:
    """Looks at requests, which are known by their tasks, while there are any.

    They may take ``most`` seconds, or less if their client says so. A task enters, takes itself out
    of those ``under_way``, and leaves; if there are no ``notes``, there is nothing to leave.
    """

    def __init__(self, most: float) -> None:
        self.under_way: dict[asyncio.Task[Any], UnderWay] = {}
        self.notes: dict[asyncio.Task[Any], _Note] = {}
        self._most = most
        self._loop: asyncio.AbstractEventLoop | None = None

    def enter(self, task: asyncio.Task[Any], request: UnderWay, headers: Headers) -> None:
        """The task's request is read, and is to be looked at. Raises ``HttpError``."""
        self.under_way[task] = request
        request[2].read_at = time.perf_counter()
        if self._loop is not asyncio.get_running_loop():
            self._begin()
        if TIMEOUT in headers:
            self.limit(task, seconds_in(headers))

    def limit(self, task: asyncio.Task[Any], seconds: float) -> None:
        """Its client waits no longer for the task's request, which has entered."""
        seconds = min(seconds, self._most)
        note = self._note(task)
        note.timer = asyncio.get_running_loop().call_later(seconds, self._expire, task)
        note.until = time.monotonic() + seconds
        deadline.limit(note.until)

    def leave(self, task: asyncio.Task[Any]) -> Ending | None:
        """The request is over; why it was ended, if it was, which is told once."""
        note = self.notes.pop(task, None)
        if note is None:
            return None
        if note.timer:
            note.timer.cancel()
            deadline.limit(None)
        if note.listening:
            note.listening.cancel()
        if note.reason:
            task.uncancel()
        return note.reason

    def _note(self, task: asyncio.Task[Any]) -> _Note:
        return self.notes.setdefault(task, _Note())

    def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(_PAUSE, self._look)

    def _look(self) -> None:
        if not self.under_way:
            self._loop = None
            return
        now = time.monotonic()
        for task, (began, receive, _) in [*self.under_way.items()]:
            if now - began < _PAUSE:
                break  # those after it are younger still
            note = self.notes.get(task)
            if now >= ((note and note.until) or began + self._most):
                self._end(task, Ending.LATE)
            elif gone := has_gone(receive):
                self._end(task, Ending.GONE)
            elif gone is None:
                self._hear(task, receive)
        self._begin()

    def _hear(self, task: asyncio.Task[Any], receive: Receive) -> None:
        """Has somebody wait for the news that the request's client has gone."""
        note = self._note(task)
        if note.listening is None:
            note.listening = asyncio.create_task(self._listen(task, receive))

    def _expire(self, task: asyncio.Task[Any]) -> None:
        if task in self.under_way:  # what is held then is looked at again
            self._end(task, Ending.LATE)

    async def _listen(self, task: asyncio.Task[Any], receive: Receive) -> None:
        """Ends the request when its client has gone."""
        for _ in range(_MESSAGES):
            if (await receive())["type"] != "http.disconnect":
                continue
            while task in self.under_way:
                self._end(task, Ending.GONE)
                await asyncio.sleep(_PAUSE)  # it may be held a while
            return

    def _end(self, task: asyncio.Task[Any], reason: Ending) -> None:
        _, _, tally = self.under_way[task]
        if not tally.held:
            del self.under_way[task]
            self._note(task).reason = reason
            task.cancel()


def refusal(reason: Ending | None) -> tuple[int, dict[str, Any]]:
    """The status and the error of a request that was ended; without a reason, by the server's end.

    That waits for requests a while, and cancels those that take longer.
    """
    match reason:
        case Ending.GONE:
            return 499, error_body("The client has gone.", "CLIENT_GONE")
        case Ending.LATE:
            error = late()
            return error.status, refusal_body(error)
        case None:
            hint = "Ask again; another server may have taken its place."
            return 503, error_body("The server is stopping.", "SERVER_STOPPING", hint)


def late() -> HttpError:
    """Of a request whose time is up."""
    hint = "Ask for less, or allow more by the header `Request-Timeout-Ms`."
    message = "The request took longer than it may."
    return HttpError(504, "DEADLINE_EXCEEDED", message, hint=hint)


def seconds_in(headers: Headers) -> float:
    """How long the client of a request that has the header waits. Raises ``HttpError``."""
    text = header(headers, TIMEOUT).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text)):
        message = "The header `Request-Timeout-Ms` must be a whole number of milliseconds."
        raise HttpError(400, "BAD_REQUEST", message)
    return int(text) / 1000
