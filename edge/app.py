"""In charge of the ASGI app: every route, and what becomes of an error outside of GraphQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from edge import graphiql, health, login
from edge.cors import Cors
from edge.endpoint import Endpoint
from edge.errors import error_body, unexpected
from edge.executing import Executing
from edge.graph import Graph
from edge.graphiql import Example
from edge.identity import whose_page
from edge.live.answers import Answers
from edge.live.reserved import Reservations
from edge.live.sockets import Sockets
from edge.live.streams import Streams
from edge.rules import SAFE, HttpRules
from edge.uploads import UploadLimits
from telemetry import enabled

GRAPHQL = "/graphql"
GRAPHIQL = "/graphiql"
STREAM = "/graphql/stream"
_METHODS = ("GET", "POST")
_OF_STREAMS = ("GET", "POST", "PUT", "DELETE")


def create_app(  # noqa: PLR0913 (a part for each thing that is served, or said)
    graph: Graph,
    *,
    max_body_bytes: int,
    uploads: UploadLimits | None = None,
    examples: Sequence[Example] | None,
    more: Sequence[BaseRoute] = (),
    rules: HttpRules = SAFE,
    is_stopping: Callable[[], bool] = lambda: False,
) -> ASGIApp:
    """The app that serves a graph; without ``examples`` it has no GraphiQL. Closes the graph.

    With ``uploads`` requests may bring files; ``more`` is what else it serves, ``rules`` what
    requests may do. While it ``is_stopping`` it is not ready.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with graph.working():
            yield
        await graph.close()

    page = None if examples is None else GRAPHIQL
    executing = Executing(graph, rules.insight)
    answers = Answers(executing, rules)
    streams = Streams(graph, answers, rules, max_body_bytes)
    endpoint = Endpoint(
        executing,
        max_body_bytes=max_body_bytes,
        page=page,
        streams=streams,
        uploads=uploads,
        rules=rules,
    )
    sockets = Sockets(graph, answers, rules.origins)
    routes: list[BaseRoute] = [
        Route(GRAPHQL, endpoint, methods=_METHODS),
        Route(STREAM, Reservations(graph, answers, streams, max_body_bytes), methods=_OF_STREAMS),
        *health.routes(graph, is_stopping),
        *more,
    ]
    if graph.browsers is not None:
        routes += login.routes(graph.browsers, graph.public_url)
    if examples is not None:
        signs_in = graph.browsers is not None

        async def explains(scope: Scope) -> bool:
            insight = rules.insight
            return insight.everybody or insight.is_for(await whose_page(scope, graph))

        pages = graphiql.routes(GRAPHQL, examples, signs_in=signs_in, explains=explains)
        routes += [Route("/", _to_page), *pages]
    handlers = {HTTPException: _http_error, Exception: _unexpected}
    rest = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    app: ASGIApp = _GraphQLFirst(endpoint, sockets, rest)
    if rules.origins:
        app = Cors(app, rules.origins)
    if not enabled():
        return app
    from edge.tracing import Traced  # noqa: PLC0415 (only who traces loads what it stands on)

    return Traced(app)


class _GraphQLFirst:
    """GraphQL, which nearly all requests are for, before all else; Starlette for the rest."""

    def __init__(self, endpoint: Endpoint, sockets: Sockets, rest: Starlette) -> None:
        self._endpoint = endpoint
        self._sockets = sockets
        self._rest = rest

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """What is not to be answered by GraphQL, methods that it lacks included, goes on."""
        ours = scope["type"] == "http" and scope["path"] == GRAPHQL and scope["method"] in _METHODS
        if ours:
            return self._endpoint(scope, receive, send)
        socket = scope["type"] == "websocket" and scope["path"] == GRAPHQL
        return (self._sockets if socket else self._rest)(scope, receive, send)


async def _to_page(_request: Request) -> Response:
    return RedirectResponse(GRAPHIQL)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (what it is registered for)
    code = error.detail.upper().replace(" ", "_")
    body = {"errors": [error_body(f"{error.detail}.", code)]}
    return JSONResponse(body, error.status_code, headers=error.headers)


async def _unexpected(_request: Request, _error: Exception) -> Response:
    # Starlette raises the error again after this answer, and the server logs it.
    return JSONResponse({"errors": [unexpected()]}, 500)
