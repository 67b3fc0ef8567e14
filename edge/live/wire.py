"""In charge of WebSockets on the wire, as Uvicorn has them; loaded once somebody opens one."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final, cast

import orjson
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from edge.errors import INTERNAL_ERROR, error_body
from edge.gate import Bearable
from edge.proxied import proxied
from edge.transport import ALWAYS
from telemetry import count_errors

_TAKEN: Final = 10_000
"""Bytes that a client is to take in its time; so many at least."""
_LOGGER: Final = logging.getLogger("uvicorn.sockets")
_CODES: Final = {
    403: "NOT_FOUND",
    414: "ADDRESS_TOO_LONG",
    405: "METHOD_NOT_ALLOWED",
    431: "HEAD_TOO_LARGE",
    500: INTERNAL_ERROR,
}
_NO_TEXT: Final = 1007
_UNFIT: Final = "This is no handshake: it has a body, or is no HTTP."


class _Protocol(ServerProtocol):
    """Whose no to a handshake is told as any other error is."""

    def send_response(self, response: Response) -> None:
        """What becomes of the handshake; the app's own no lacks what all answers have."""
        response.headers.setdefault(*ALWAYS)
        super().send_response(response)

    def reject(self, status: HTTPStatus | int, text: str) -> Response:
        """The answer in place of a socket."""
        response = super().reject(status, "")
        message = text.partition("\n")[0] or "There is no socket here."
        code = _CODES.get(response.status_code, "BAD_REQUEST")
        count_errors((code,))
        response.body = orjson.dumps({"errors": [error_body(message, code)]})
        del response.headers["Content-Length"], response.headers["Content-Type"]
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Content-Type"] = "application/json; charset=utf-8"
        response.headers.setdefault(*ALWAYS)
        return response


class Wire(WebSocketsSansIOProtocol):
    """Uvicorn's; but it is the app that closes sockets when the server stops, and says why.

    Who takes nothing of what was sent is dropped: it could not be told.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.logger = _LOGGER
        self.app = cast("Any", proxied(self.app, str(self.config.forwarded_allow_ips)))
        self.conn = _Protocol(max_size=self.config.ws_max_size, logger=_LOGGER)
        self._unsent, self._since = 0, 0.0

    def data_received(self, data: bytes) -> None:
        """More has come: first of all the whole handshake, which may be none, as with a body."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            said = b"".join(self.conn.data_to_send())
            self.transport.write(said or self.conn.reject(400, _UNFIT).serialize())
            self.transport.close()

    def send_receive_event_to_app(self) -> None:
        """A message has come."""
        is_text = self.curr_msg_data_type == "text" and not self.close_sent
        if is_text and not _is_text(b"".join(self.frames)):
            if self.conn.state is OPEN:  # else the client has said its goodbye behind it
                self.conn.send_close(_NO_TEXT)
                self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    async def send(self, message: ASGISendEvent) -> None:
        """Says something; who goes away in the midst of the handshake is no error of the app's."""
        if not self.handshake_complete and self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)
        self.handshake_complete |= self.close_sent  # also by a no, or Uvicorn takes it for none

    def look(self, now: float, bearable: Bearable) -> None:
        """Ends the connection if its client has taken nothing for longer than can be borne."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent or not self._unsent or self._unsent - unsent >= _TAKEN:
            self._unsent, self._since = unsent, now
        elif now - self._since >= bearable.patience:
            self.transport.abort()

    def shutdown(self) -> None:
        """Ends what has not become a socket."""
        if not self.handshake_complete:
            super().shutdown()


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
