"""In charge of who is at the other end of a connection that lasts, and whether that is so still."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from starlette.types import Scope

from auth import ANONYMOUS, Principal, Vouched
from edge.cookies import SESSION, cookie_of
from edge.graph import Graph
from edge.identity import by_cookie, vouched_by_header
from edge.live.presence import Guest
from edge.requests import Headers

_CREDENTIALS: Final = ("authorization", "dpop")
_SECURE: Final = {"ws": "http", "wss": "https"}
_FRESH: Final = 60.0
"""Seconds for which a session is believed without asking about it, while it is there."""


class Stranger:
    """Whoever does not say."""

    name: Principal = ANONYMOUS
    session: str | None = None

    async def principal(self) -> Principal:
        """Nobody."""
        return ANONYMOUS

    def holds(self) -> bool:
        """Always."""
        return True


class Bearer:
    """Who has shown a token."""

    session: str | None = None

    def __init__(self, vouched: Vouched) -> None:
        self.name = vouched.principal
        self.holds: Callable[[], bool] = vouched.holds

    async def principal(self) -> Principal:
        """As the token says, as long as it is good."""
        return self.name


class SignedIn:
    """Who is known by a session, which is asked for the rights that it has by now."""

    def __init__(self, graph: Graph, session: str, principal: Principal) -> None:
        self.session: str | None = session
        self._secret = session
        self.name = principal
        self._graph = graph
        self._asked = time.monotonic()

    async def principal(self) -> Principal:
        """As the session says, which is used by that, and renewed if it is due."""
        if time.monotonic() - self._asked >= _FRESH:
            self.name = await by_cookie(self._graph, self._secret)
            self._asked = time.monotonic()
        return self.name

    def holds(self) -> bool:
        """Whether it has ended is known to the store alone."""
        return True


NOBODY: Final = Stranger()


async def guest_of(
    scope: Scope, headers: Headers, graph: Graph, check_page: Callable[[], None]
) -> Guest:
    """Who connects, as for any request; what a cookie is good for, ``check_page`` says.

    Raises ``HttpError``.
    """
    if b"authorization" in headers:
        return Bearer(await vouched_by_header(scope, graph))
    session = cookie_of(scope, SESSION) if graph.browsers and b"cookie" in headers else None
    if session is None:
        return NOBODY
    check_page()
    return SignedIn(graph, session, await by_cookie(graph, session))


def as_request(scope: Scope, payload: Mapping[str, Any]) -> Scope:
    """The handshake of a socket as the request that it was, with the credentials of a payload.

    Those in a payload, by themselves or among its `headers`, go before those of the handshake: a
    browser's page can send no other.
    """
    shown = [*_credentials_in(payload)]
    named = {name for name, _ in shown}
    headers = [each for each in scope["headers"] if each[0] not in named]
    scheme = _SECURE.get(scope["scheme"], scope["scheme"])
    return {**scope, "method": "GET", "scheme": scheme, "headers": [*headers, *shown]}


def _credentials_in(payload: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    headers: object = payload.get("headers")
    among = cast("Mapping[str, Any]", headers if isinstance(headers, dict) else {})
    for name, text in (*payload.items(), *among.items()):
        if name.lower() in _CREDENTIALS and isinstance(text, str):
            yield name.lower().encode(), text.encode("latin-1", "replace")
