"""In charge of the issuer's routes, and of answering nobody who takes it for another place."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.issuers import is_loopback
from datasources.redis import Replays
from edge.issuer.authorize import authorize, login
from edge.issuer.logout import end_session
from edge.issuer.metadata import jwks, metadata
from edge.issuer.own import OwnIssuer
from edge.issuer.page import FOLDER, message_page
from edge.issuer.parts import Parts
from edge.issuer.revoke import revoke
from edge.issuer.token import token

_BOTH: Final = ("GET", "POST")

Endpoint = Callable[[Parts, Request], Awaitable[Response]]


def app_of(own: OwnIssuer, replays: Replays, clock: Callable[[], float] = time.time) -> ASGIApp:
    """All that the issuer answers, below its path."""
    parts = Parts(own, replays, clock)
    endpoints: list[tuple[str, Endpoint, tuple[str, ...]]] = [
        ("/.well-known/openid-configuration", metadata, ("GET",)),
        ("/jwks", jwks, ("GET",)),
        ("/authorize", authorize, _BOTH),
        ("/login", login, ("POST",)),
        ("/login.css", _style, ("GET",)),
        ("/token", token, ("POST",)),
        ("/revoke", revoke, ("POST",)),
        ("/logout", end_session, _BOTH),
    ]
    routes = [Route(path, partial(end, parts), methods=ways) for path, end, ways in endpoints]
    return _Here(Router(routes))


async def _style(_parts: Parts, _request: Request) -> Response:
    headers = {"cache-control": "no-cache"}
    return FileResponse(FOLDER / "login.css", media_type="text/css", headers=headers)


class _Here:
    """Only for requests that name this machine, by any port.

    A page of the web may have its own name lead to this machine, and would be told all.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        app = self._app
        if len(hosts) != 1 or not is_loopback(f"//{hosts[0]}"):
            text = "The request is for another place than this machine."
            app = message_page("Not here", text, status=421)
        await app(scope, receive, send)
