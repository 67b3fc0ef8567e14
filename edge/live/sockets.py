"""In charge of the handshake of WebSockets: who may open one, and for which protocol."""

from __future__ import annotations

from functools import partial

from starlette.types import Receive, Scope, Send

from edge.errors import HttpError
from edge.executing import unexecuted
from edge.graph import Graph
from edge.live.answers import Answers
from edge.live.connection import Connection
from edge.live.guests import Guest, as_request, guest_of
from edge.live.messages import PROTOCOL, ClosingError, Init
from edge.requests import headers_in
from edge.sites import check_origin, check_own_page

_UNFIT = ClosingError(4406, f"Subprotocol not acceptable: it is to be {PROTOCOL}")


class Sockets:
    """Answers GraphQL over WebSockets. Pages of these ``origins`` may open one, beside our own."""

    def __init__(self, graph: Graph, answers: Answers, origins: tuple[str, ...]) -> None:
        self._graph = graph
        self._answers = answers
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its handshake on."""
        await receive()  # that it is there
        presence, let_in = self._graph.presence, partial(self._let_in, scope)
        connection = Connection((presence, self._answers, let_in), scope, receive, send)
        try:
            asked = as_request(scope, {})
            check_origin(asked, headers_in(asked), self._graph.public_url, self._origins)
            with presence.visit(scope, connection.end) as visit:
                presence.lasting.add(visit)
                if await _accepted(scope, send):
                    await connection.run(visit)
        except HttpError as error:
            await _refuse(send, error)

    async def _let_in(self, scope: Scope, init: Init) -> Guest:
        asked = as_request(scope, init.payload)
        headers = headers_in(asked)
        check = partial(check_own_page, asked, headers, self._graph.public_url)
        return await guest_of(asked, headers, self._graph, check)


async def _accepted(scope: Scope, send: Send) -> bool:
    """Whether client and server speak the same protocol; if not, the socket is closed.

    It is opened for that, by whatever the client speaks: else a page would not be told why.
    """
    offered: list[str] = scope["subprotocols"]
    speaks = PROTOCOL in offered
    chosen = PROTOCOL if speaks else next(iter(offered), None)
    await send({"type": "websocket.accept", "subprotocol": chosen})
    if not speaks:
        close = {"type": "websocket.close", "code": _UNFIT.status, "reason": _UNFIT.reason}
        await send(close)
    return speaks


async def _refuse(send: Send, error: HttpError) -> None:
    """Says no to a handshake, by HTTP."""
    content = unexecuted(error).json()
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(content)),
        *((name.encode("latin-1"), text.encode("latin-1")) for name, text in error.headers.items()),
    ]
    start = {"type": "websocket.http.response.start", "status": error.status, "headers": headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": content})
