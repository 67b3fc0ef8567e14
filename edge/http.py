"""In charge of who is answered on a connection: a gate before HTTP, and an eye on slow clients.

A request that is not let in costs what it takes to read its head: no task, and no app.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, NamedTuple, cast

import httptools
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from edge.bodies import SLOW
from edge.canned import HEAD_BYTES, NO_HTTP, OVERLOADED, TOO_LONG, Canned, too_slow, written
from edge.cors import readable
from edge.gate import Bearable, Gate
from edge.lean import Lean
from edge.patience import is_idle, time_for
from edge.requests import headers_in

_HEALTH: Final = b"/health/"
_METHODS: Final = (b"GET", b"POST")
_TAKEN: Final = 10_000
"""Bytes of an answer that a client is to take in its time; so many at least."""


class _Refused:
    """In place of what would answer a request: it is as if it were answered already."""

    response_complete = True
    message_event: Final = asyncio.Event()  # nobody waits for it

    def __init__(self, scope: Any) -> None:
        self.scope = scope


class _Untold(NamedTuple):
    """What is to be told a client in its turn: of which request, and whether he may ask again."""

    scope: Any
    keeps: bool
    is_head: bool = False
    answer: Canned = OVERLOADED


class Http(Lean):
    """What asks the gate, and ends a connection whose client keeps us waiting."""

    def __init__(self, gate: Gate, **given: Any) -> None:
        super().__init__(**given)
        self._gate = gate
        self._awaited: object = None
        self._since = 0.0
        self._unsent = self._head_bytes = 0
        self._untold = 0
        self._is_held = False

    def data_received(self, data: bytes) -> None:
        """More has come. What comes to no end would be held for as long as there is memory."""
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._turn_away(TOO_LONG)
            return
        if self._untold:  # whatever more it is, it has time until that is told
            self.flow.pause_reading()
        try:
            self._parsing.feed_data(data)
        except httptools.HttpParserError:
            self._turn_away(NO_HTTP)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade() and not self._ends_before():
                self.handle_websocket_upgrade()

    def on_body(self, body: bytes) -> None:
        """Some of a body, which is bounded by who takes it."""
        self._head_bytes = 0
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """A request has come, but for its body: it is let in, or not."""
        gate, self._head_bytes = self._gate, 0
        under_way = len(self.tasks) - len(gate.lasting)
        if self._untold:  # it would be answered before those that came before it
            self._refuse()
            return
        if under_way >= gate.limit and self._may_be_refused():
            if not gate.has_room(under_way):
                self._refuse()
                return
            self._is_held = True
        super().on_headers_complete()
        if gate.is_closing and (cycle := self._last) is not None:
            cycle.keep_alive = False

    def _refuse(self) -> None:
        parsing = self._parsing
        self.cycle = cast("RequestResponseCycle", _Refused(self.scope))
        keeps = parsing.should_keep_alive() and not parsing.should_upgrade()
        self._is_to_be_told(_Untold(self.scope, keeps, parsing.get_method() == b"HEAD"))

    def _is_to_be_told(self, untold: _Untold) -> None:
        self._untold += 1
        self._gate.refuse(self, untold)

    def _ends_before(self) -> bool:
        """Whether a request before is to be answered yet, after which the connection ends."""
        last = self._last
        if last is not None and not last.response_complete and not last.more_body:
            last.keep_alive = False
            return True
        return self._untold > 0

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """As Uvicorn does, unless it is held."""
        if self._is_held:
            self._is_held = False
            self._gate.hold(self, (cycle, app))
        else:
            super()._start_asgi_task(cycle, app)

    def let_in(self, held: tuple[RequestResponseCycle, Any]) -> None:
        """Begins a request that was held."""
        if not self.transport.is_closing():
            super()._start_asgi_task(*held)

    def turn_down(self, held: tuple[RequestResponseCycle, Any]) -> None:
        """Refuses a request that was held, with what came of its body."""
        cycle, _ = held
        cycle.response_complete = True
        cycle.body.clear()
        if not self.transport.is_closing():
            self._is_to_be_told(_Untold(cycle.scope, cycle.keep_alive))

    def tell_refused(self, asked: _Untold) -> None:
        """Says that the server has too much to do; the client may ask again by this connection."""
        self._untold -= 1
        if self.transport.is_closing():
            return
        is_last = not self._untold
        closing = is_last and (self._gate.is_closing or not asked.keeps)
        self._write(asked.answer, closing=closing, to=asked.scope, is_head=asked.is_head)
        if is_last and not closing:
            self.on_response_complete()

    def shutdown(self) -> None:
        """The server ends, and the connection with it, once everything is told."""
        if not self._untold:
            super().shutdown()

    def look(self, now: float, bearable: Bearable) -> None:
        """Ends the connection if its client has kept us waiting for longer than can be borne."""
        if unsent := self.transport.get_write_buffer_size():
            if not self._unsent or self._unsent - unsent >= _TAKEN:
                self._unsent, self._since = unsent, now
            elif now - self._since >= bearable.patience:
                self.transport.abort()
            return
        self._unsent = 0
        awaited = None if self.transport.is_closing() else self._what_is_awaited()
        if awaited is None or awaited is not self._awaited:
            self._awaited, self._since = awaited, now
        elif now - self._since >= (seconds := time_for(awaited, bearable)):
            self._cut_off(awaited, too_slow(round(seconds)))

    def on_response_complete(self) -> None:
        """An answer is out, so that there is room for another request."""
        super().on_response_complete()
        if self._gate.held:
            self._gate.fill()

    def _may_be_refused(self) -> bool:
        """Not what orchestrators ask, what costs next to nothing, or what others wait before."""
        return (
            self._parsing.get_method() in _METHODS
            and not self.url.startswith(_HEALTH)
            and not self._parsing.should_upgrade()
            and (self._last is None or self._last.response_complete)
        )

    def _what_is_awaited(self) -> object:
        """The request of which more is to come: its scope while it is its head, else its cycle.

        Or that which is answered, and after which another may come.
        """
        scope, cycle = cast("HTTPScope | None", self.scope), self._last
        if self.flow.read_paused:
            return None
        if scope is None:
            return self  # nothing has come at all
        if cycle is None or cycle.scope is not scope:
            return scope
        if cycle.response_complete:
            return None if self._untold else cycle
        return cycle if cycle.more_body else None

    def _cut_off(self, awaited: object, told: Canned) -> None:
        if awaited is self or is_idle(awaited):
            self.transport.close()
            return
        if not isinstance(awaited, RequestResponseCycle):
            self._turn_away(told, to=awaited)
            return
        awaited.scope[SLOW] = True  # type: ignore[typeddict-unknown-key]
        awaited.disconnected = True
        awaited.message_event.set()
        if awaited.response_started:
            self.transport.abort()
        else:  # the app writes its line in the log
            self._write(told, closing=True, to=awaited.scope)

    def _turn_away(self, answer: Canned, to: Any = None) -> None:
        """Answers what is no request as yet, and will be none; who sent it is to go.

        Where something else is to be answered yet, that is the last that is said.
        """
        self._gate.unread.add(answer.code, self.client)
        if self._untold:
            self.flow.pause_reading()
            self._is_to_be_told(_Untold(to, keeps=False, answer=answer))
        elif self._ends_before():
            self.flow.pause_reading()
        else:
            self._write(answer, closing=True, to=to)

    def _write(
        self, answer: Canned, *, closing: bool, to: Any = None, is_head: bool = False
    ) -> None:
        """Answers what the app does not see; the pages that may read it are those of the app's."""
        headers = tuple(self.server_state.default_headers)
        if to is not None and (origins := self._gate.origins):
            headers += readable(origins, headers_in(to).get(b"origin", b""))
        told = written(answer, headers, closing=closing)
        if is_head:  # which has no body
            told = told.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self._joining.send(told)
        if closing:
            self.transport.close()
