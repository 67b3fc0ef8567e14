"""In charge of the ASGI app: every route, and what becomes of an error outside of GraphQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from edge import graphiql, health
from edge.endpoint import Endpoint
from edge.errors import INTERNAL_ERROR, error_body
from edge.graph import Graph
from edge.graphiql import Example
from telemetry import enabled, trace_id

GRAPHQL = "/graphql"
GRAPHIQL = "/graphiql"
_METHODS = ("GET", "POST")


def create_app(
    graph: Graph, *, max_body_bytes: int, examples: Sequence[Example] | None
) -> Starlette:
    """The app that serves a graph; without ``examples`` it has no GraphiQL. Closes the graph."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        yield
        await graph.close()

    page = None if examples is None else GRAPHIQL
    endpoint = Endpoint(graph, max_body_bytes=max_body_bytes, page=page)
    routes: list[BaseRoute] = [
        Route(GRAPHQL, endpoint, methods=_METHODS),
        *health.routes(graph),
    ]
    if examples is not None:
        routes += [Route("/", _to_page), *graphiql.routes(GRAPHQL, examples)]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            *_around_all(),
            Middleware(_GraphQLFirst, endpoint=endpoint),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _unexpected},
    )


def _around_all() -> list[Middleware]:
    if not enabled():
        return []
    from edge.tracing import Traced  # noqa: PLC0415 (only who traces loads what it stands on)

    return [Middleware(Traced)]


class _GraphQLFirst:
    """Answers GraphQL before a route is looked for: nearly all requests are for it."""

    def __init__(self, app: ASGIApp, endpoint: Endpoint) -> None:
        self._app = app
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is not to be answered by GraphQL, methods that it lacks included, goes on."""
        ours = scope["type"] == "http" and scope["path"] == GRAPHQL and scope["method"] in _METHODS
        await (self._endpoint if ours else self._app)(scope, receive, send)


async def _to_page(_request: Request) -> Response:
    return RedirectResponse(GRAPHIQL)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (what it is registered for)
    code = error.detail.upper().replace(" ", "_")
    body = {"errors": [error_body(f"{error.detail}.", code)]}
    return JSONResponse(body, error.status_code, headers=error.headers)


async def _unexpected(_request: Request, _error: Exception) -> Response:
    # Starlette raises the error again after this answer, and the server logs it.
    message = {
        "message": "Internal error.",
        "extensions": {"code": INTERNAL_ERROR, "traceId": trace_id()},
    }
    return JSONResponse({"errors": [message]}, 500)
