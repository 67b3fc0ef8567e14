"""In charge of the span around each HTTP request."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final, cast

from opentelemetry import context, propagate, trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware, asgi_getter
from opentelemetry.trace import Span, SpanKind, Tracer, TracerProvider
from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.sampling import chance_of
from telemetry.spans import LeftOut

_QUERY: Final = "bigraph.query_string"
_begun: ContextVar[Span] = ContextVar("begun")
"""The span of the request at hand, on its way to OpenTelemetry's middleware."""


class Traced:
    """OpenTelemetry's own middleware for the requests that are sampled; the others hardly notice.

    It works out all that it could tell before it asks whether anybody listens. So the span is begun
    here, and one that is not recorded goes past it.
    """

    def __init__(self, app: ASGIApp, *, provider: TracerProvider | None = None) -> None:
        self._app = app
        provider = provider or trace.get_tracer_provider()
        self._tracer = provider.get_tracer("bigraph")
        self._chance = chance_of(provider, self._tracer)
        self._recorded = OpenTelemetryMiddleware(
            _with_query(app), exclude_spans=["send", "receive"], tracer=_Begun()
        )
        # As they are spelt in ASGI. A caller who sends none of them has no trace to go on with.
        names = propagate.get_global_textmap().fields
        self._callers = frozenset(name.lower().encode() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Traces what lies within."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        calls = not self._callers.isdisjoint(dict(scope["headers"]))
        if self._chance and not calls and (unsampled := self._chance.left_out()):
            with LeftOut(unsampled):
                await self._app(scope, receive, send)
            return
        begun = _caller(scope) if calls else context.Context()
        span = self._tracer.start_span(scope["method"], context=begun, kind=SpanKind.SERVER)
        if span.is_recording():
            _begun.set(span)
            await self._recorded(_without_query(scope), receive, send)
            return
        if not span.get_span_context().is_valid:  # nobody makes spans of requests
            await self._app(scope, receive, send)
            return
        with LeftOut(span):
            await self._app(scope, receive, send)


def _caller(scope: Scope) -> context.Context:
    """The trace that a request goes on with."""
    return propagate.extract(cast("Any", scope), getter=cast("Any", asgi_getter))


class _Begun(Tracer):
    """Gives the span that was begun for the request at hand, under the name that is wanted."""

    def start_span(self, name: str, *_: Any, attributes: Any = None, **__: Any) -> Span:
        """The request's; the middleware asks for no other."""
        span = _begun.get()
        span.update_name(name)
        span.set_attributes(attributes or {})
        return span

    def start_as_current_span(self, *_: Any, **__: Any) -> Any:
        """Nobody asks: sending and receiving have no spans."""
        raise NotImplementedError


def _without_query(scope: Scope) -> Scope:
    """By GET it holds the document and its variables: values that spans must not tell."""
    return {**scope, "query_string": b"", _QUERY: scope["query_string"]}


def _with_query(app: ASGIApp) -> ASGIApp:
    async def with_query(scope: Scope, receive: Receive, send: Send) -> None:
        scope["query_string"] = scope.pop(_QUERY)
        await app(scope, receive, send)

    return with_query
