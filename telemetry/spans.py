"""In charge of spans: opening one around a piece of work, and what it may say of an error."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final, Literal

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.tally import current

Kind = Literal["internal", "server", "client"]
Attributes = Mapping[str, str | int | float | bool | Sequence[str]]

_KINDS = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
}
_CODE = re.compile(r"[\w.:-]{1,64}")
_parents = TraceContextTextMapPropagator()
_tracer: trace.Tracer | None = None
_left_out: ContextVar[bool] = ContextVar("left_out", default=False)


def install(provider: trace.TracerProvider | None) -> None:
    """From now on spans go to ``provider``; with None there are no spans, and they cost nothing."""
    global _tracer  # noqa: PLW0603 - one per process, as OpenTelemetry's own
    _tracer = provider.get_tracer("bigraph") if provider else None


def enabled() -> bool:
    """Whether spans are made at all."""
    return _tracer is not None


def recording() -> bool:
    """Whether a span that begins here would be kept: spans are made, and the request is sampled.

    One that is not sampled has a single span, which says so to all that is done for it.
    """
    if _tracer is None or _left_out.get():
        return False
    here = trace.get_current_span()
    told = here.get_span_context()
    return here.is_recording() or told.trace_flags.sampled or not told.is_valid


class LeftOut(AbstractContextManager[None]):
    """Around a request whose span is not sampled: so nothing has to find that out by the span.

    It is the current span nevertheless, for whoever makes spans of their own.
    """

    __slots__ = ("_out", "_span", "_token")
    _out: Token[bool]
    _token: Token[Context]

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def __enter__(self) -> None:
        self._out = _left_out.set(True)
        self._token = context.attach(trace.set_span_in_context(self._span))

    def __exit__(self, *_: object) -> None:
        context.detach(self._token)
        _left_out.reset(self._out)


def span(
    name: str, *, kind: Kind = "internal", attributes: Attributes | None = None
) -> AbstractContextManager[trace.Span]:
    """A span around the work of a ``with`` block, which may await.

    An exception marks it (see `fail`) and goes on. A server's span continues the caller's trace.
    Not for a block that yields from an async generator: the span would leak to the consumer.
    """
    # A server's span is the one that asks whether to sample.
    if _tracer is None or not (kind == "server" or recording()):
        return UNRECORDED
    return _Recorded(_tracer, name, kind, attributes)


def fail(span: trace.Span, error: BaseException) -> None:
    """Mark the span as failed with the kind of error only: messages may hold people's values."""
    span.set_status(trace.StatusCode.ERROR)
    span.set_attribute("error.type", error_type(error))


def error_type(error: BaseException) -> str:
    """The error's own ``code`` if it has one that reads as a code, else the name of its class."""
    code = getattr(error, "code", None)
    if isinstance(code, str | int) and _CODE.fullmatch(str(code)):
        return str(code)
    return type(error).__name__


def trace_id() -> str:
    """32 hex digits to find the current request by: its trace, or its tally's id when untraced."""
    if _tracer is not None:
        here = trace.get_current_span().get_span_context()
        if here.is_valid:
            return trace.format_trace_id(here.trace_id)
    return current().trace_id


class _Off(AbstractContextManager[trace.Span]):
    __slots__ = ()

    def __enter__(self) -> trace.Span:
        return trace.INVALID_SPAN

    def __exit__(self, *_: object) -> None: ...


UNRECORDED: Final[AbstractContextManager[trace.Span]] = _Off()
"""Stands around what nobody keeps a span of."""


class _Recorded(AbstractContextManager[trace.Span]):
    __slots__ = ("_attributes", "_kind", "_name", "_span", "_token", "_tracer")
    _span: trace.Span
    _token: Token[Context]

    def __init__(
        self, tracer: trace.Tracer, name: str, kind: Kind, attributes: Attributes | None
    ) -> None:
        self._tracer, self._name, self._kind, self._attributes = tracer, name, kind, attributes

    def __enter__(self) -> trace.Span:
        server = self._kind == "server"
        self._span = self._tracer.start_span(
            self._name,
            context=_callers() if server else None,
            kind=_KINDS[self._kind],
            attributes=self._attributes,
        )
        self._token = context.attach(trace.set_span_in_context(self._span))
        if server:
            current().trace_id = trace.format_trace_id(self._span.get_span_context().trace_id)
        return self._span

    def __exit__(
        self,
        _type: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        context.detach(self._token)
        if error is not None and not isinstance(error, GeneratorExit):
            fail(self._span, error)
        self._span.end()


def _callers() -> Context | None:
    traceparent = current().traceparent
    return _parents.extract({"traceparent": traceparent}) if traceparent else None
