"""In charge of WebSockets on the wire, as Uvicorn has them; loaded once somebody opens one."""

from __future__ import annotations

import logging
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_TAKEN: Final = 10_000
"""Bytes that a client is to take in its time; so many at least."""
_LOGGER: Final = logging.getLogger("uvicorn.sockets")


class Wire(WebSocketsSansIOProtocol):
    """Uvicorn's; but it is the app that closes sockets when the server stops, and says why.

    Who takes nothing of what was sent is dropped: it could not be told.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.logger = _LOGGER
        self._unsent, self._since = 0, 0.0

    def look(self, now: float, patience: float) -> None:
        """Ends the connection if its client has taken nothing for longer than that, in seconds."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent or not self._unsent or self._unsent - unsent >= _TAKEN:
            self._unsent, self._since = unsent, now
        elif now - self._since >= patience:
            self.transport.abort()

    def shutdown(self) -> None:
        """Ends what has not become a socket."""
        if not self.handshake_complete:
            super().shutdown()
