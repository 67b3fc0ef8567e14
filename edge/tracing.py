"""In charge of the span around each HTTP request."""

from __future__ import annotations

from typing import Final

from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.trace import TracerProvider
from starlette.types import ASGIApp, Receive, Scope, Send

_QUERY: Final = "bigraph.query_string"


class Traced:
    """OpenTelemetry's own middleware, which never sees the query of the address.

    By GET it holds the document and its variables: values that spans must not tell.
    """

    def __init__(self, app: ASGIApp, *, provider: TracerProvider | None = None) -> None:
        async def with_query(scope: Scope, receive: Receive, send: Send) -> None:
            if _QUERY in scope:
                scope["query_string"] = scope.pop(_QUERY)
            await app(scope, receive, send)

        self._app = OpenTelemetryMiddleware(
            with_query, exclude_spans=["send", "receive"], tracer_provider=provider
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Traces what lies within."""
        if "query_string" in scope:
            scope = {**scope, "query_string": b"", _QUERY: scope["query_string"]}
        await self._app(scope, receive, send)
