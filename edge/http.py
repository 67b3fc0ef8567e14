"""In charge of HTTP on a connection: Uvicorn's, with a gate before it, and an eye on slow clients.

A request that is not let in costs what it takes to read its head: no task, and no app.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, NamedTuple, cast

import httptools
from starlette.types import ASGIApp
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from edge.bodies import SLOW
from edge.canned import HEAD_BYTES, NO_HTTP, OVERLOADED, TOO_LONG, Canned, too_slow, written
from edge.cors import readable
from edge.gate import Bearable, Gate
from edge.patience import is_idle, time_for
from edge.proxied import proxied
from edge.requests import headers_in
from edge.transport import Joining

_EXPECT: Final = b"expect"
_NOTED: Final = frozenset({_EXPECT, b"x-forwarded-for", b"x-forwarded-proto"})
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


class _Place(NamedTuple):
    """Where the last request of a connection went: most have one for all."""

    url: bytes
    path: str
    raw_path: bytes
    query: bytes

    @classmethod
    def of(cls, url: bytes, scope: HTTPScope) -> _Place | None:
        """As Uvicorn has read it; None if it did not."""
        if "query_string" not in scope:
            return None
        return cls(url, scope["path"], scope["raw_path"], scope["query_string"])


class Http(HttpToolsProtocol):
    """Uvicorn's; but answers go out in one piece, and WebSockets are loaded for the first one.

    Where a request goes is read once for all that follow it to the same place.
    """

    def __init__(self, gate: Gate, **given: Any) -> None:
        super().__init__(**given)
        self._gate = gate
        self._awaited: object = None
        self._since = 0.0
        self._unsent = self._held = 0
        self._place: _Place | None = None
        self._plain = cast("ASGIApp", self.config.loaded_app)
        self._untold = 0
        self._is_held = self._is_forwarded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        self._joining = Joining(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._joining))

    def data_received(self, data: bytes) -> None:
        """More has come. What comes to no end would be held for as long as there is memory."""
        self._held += len(data)
        if self._held > HEAD_BYTES:
            self._turn_away(TOO_LONG)
            return
        if self._untold:  # whatever more it is, it has time until that is told
            self.flow.pause_reading()
        try:
            self._parsing.feed_data(data)
        except httptools.HttpParserError:
            self._turn_away(NO_HTTP)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade() and not self._untold:
                self.handle_websocket_upgrade()

    def on_body(self, body: bytes) -> None:
        """Some of a body, which is bounded by who takes it."""
        self._held = 0
        super().on_body(body)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One more of a head, whose names are told in small letters."""
        name = name.lower()
        self.headers.append((name, value))
        if name in _NOTED:
            if name == _EXPECT:
                self.expect_100_continue = value.lower() == b"100-continue"
            else:
                self._is_forwarded = True

    def on_headers_complete(self) -> None:
        """A request has come, but for its body: it is let in, or not."""
        gate, self._held = self._gate, 0
        self.app: Any = self._plain
        if self._is_forwarded:  # for those requests alone that say it
            self._is_forwarded = False
            self.app = proxied(self._plain, str(self.config.forwarded_allow_ips))
        under_way = len(self.tasks) - len(gate.lasting)
        if self._untold:  # it would be answered before those that came before it
            self._refuse()
            return
        if under_way >= gate.limit and self._may_be_refused():
            if not gate.has_room(under_way):
                self._refuse()
                return
            self._is_held = True
        place = self._place
        if place is not None and place.url == self.url and self._is_next():
            self._begin(place)
        else:
            super().on_headers_complete()
            self._place = _Place.of(self.url, self.scope)
        if gate.is_closing and (cycle := self._last) is not None:
            cycle.keep_alive = False

    def _refuse(self) -> None:
        parsing = self._parsing
        self.cycle = cast("RequestResponseCycle", _Refused(self.scope))
        self._untold += 1
        keeps = parsing.should_keep_alive() and not parsing.should_upgrade()
        self._gate.refuse(self, (self.scope, keeps))

    def _is_next(self) -> bool:
        """Whether a request may begin, since the one before it is answered."""
        last = self._last
        is_next = last is not None and last.response_complete
        return is_next and not self._parsing.should_upgrade()

    def _begin(self, place: _Place) -> None:
        """As Uvicorn begins a request, of which it is known where it goes."""
        scope, parsing = self.scope, self._parsing
        scope["method"] = parsing.get_method().decode("ascii")
        _, scope["path"], scope["raw_path"], scope["query_string"] = place
        version = parsing.get_http_version()
        scope["http_version"] = version
        self.cycle = RequestResponseCycle(
            scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            version != "1.0" and parsing.should_keep_alive(),
            self.on_response_complete,
        )
        self._start_asgi_task(self.cycle, self.app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """As Uvicorn does, unless it is held."""
        if self._is_held:
            self._is_held = False
            self._gate.hold(self, (cycle, app))
        else:
            super()._start_asgi_task(cycle, app)

    def let_in(self, held: tuple[RequestResponseCycle, Any]) -> None:
        """Begins a request that was held."""
        super()._start_asgi_task(*held)

    def turn_down(self, held: tuple[RequestResponseCycle, Any]) -> None:
        """Refuses a request that was held, with what came of its body."""
        cycle, _ = held
        cycle.response_complete = True
        cycle.body.clear()
        self._untold += 1
        self._gate.refuse(self, (cycle.scope, cycle.keep_alive))

    def tell_refused(self, asked: tuple[Any, bool]) -> None:
        """Says that the server has too much to do; the client may ask again by this connection."""
        self._untold -= 1
        if self.transport.is_closing():
            return
        scope, keeps = asked
        keeps = keeps and not self._gate.is_closing
        self._write(OVERLOADED, closing=not keeps, to=scope)
        if keeps and not self._untold:
            self.on_response_complete()

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
        """An answer is out. The gate looks for who asks no more: a timer each time costs more."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()

    @property
    def _parsing(self) -> Any:
        """The parser, while there is a connection."""
        return self.parser

    @property
    def _last(self) -> RequestResponseCycle | None:
        """What answers the last request, if there was any: Uvicorn's types leave that out."""
        return self.cycle

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
        """Answers what is no request as yet, and will be none; who sent it is to go."""
        self._gate.unread.add(answer.code, self.client)
        self._write(answer, closing=True, to=to)

    def _write(self, answer: Canned, *, closing: bool, to: Any = None) -> None:
        """Answers what the app does not see; the pages that may read it are those of the app's."""
        headers = tuple(self.server_state.default_headers)
        if to is not None and (origins := self._gate.origins):
            headers += readable(origins, headers_in(to).get(b"origin", b""))
        self._joining.send(written(answer, headers, closing=closing))
        if closing:
            self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        """The connection is a WebSocket's from now on."""
        from edge.live.wire import Wire  # noqa: PLC0415 (2 MB, which few need)

        self.ws_protocol_class = Wire
        super().handle_websocket_upgrade()

    def _should_upgrade_to_ws(self) -> bool:
        return True
