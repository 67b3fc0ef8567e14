"""In charge of HTTP on a connection as Uvicorn speaks it, with less to do for each request.

Answers go out in one piece, where a request goes is read once for all that follow it to the same
place, and WebSockets are loaded for the first one.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, NamedTuple, cast

from starlette.types import ASGIApp
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from edge.proxied import proxied
from edge.transport import Joining

_EXPECT: Final = b"expect"
_NOTED: Final = frozenset({_EXPECT, b"x-forwarded-for", b"x-forwarded-proto"})


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


class Lean(HttpToolsProtocol):
    """Uvicorn's, which comes first in whatever is rare."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._place: _Place | None = None
        self._plain = cast("ASGIApp", self.config.loaded_app)
        self._is_forwarded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        self._joining = Joining(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._joining))

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
        """A request has come, but for its body."""
        self.app: Any = self._plain
        if self._is_forwarded:  # for those requests alone that say it
            self._is_forwarded = False
            self.app = proxied(self._plain, str(self.config.forwarded_allow_ips))
        place = self._place
        if place is not None and place.url == self.url and self._is_next():
            self._begin(place)
        else:
            super().on_headers_complete()
            self._place = _Place.of(self.url, self.scope)

    def on_response_complete(self) -> None:
        """An answer is out. The gate looks for who asks no more: a timer each time costs more."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()

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

    @property
    def _parsing(self) -> Any:
        """The parser, while there is a connection."""
        return self.parser

    @property
    def _last(self) -> RequestResponseCycle | None:
        """What answers the last request, if there was any: Uvicorn's types leave that out."""
        return self.cycle

    def handle_websocket_upgrade(self) -> None:
        """The connection is a WebSocket's from now on."""
        from edge.live.wire import Wire  # noqa: PLC0415 (2 MB, which few need)

        self.ws_protocol_class = Wire
        super().handle_websocket_upgrade()

    def _should_upgrade_to_ws(self) -> bool:
        return True
