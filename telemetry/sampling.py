"""In charge of requests that are not sampled: they are told before a span is begun.

OpenTelemetry begins a span, asks its sampler, and then may find that nobody wants it. Where the id
of a trace decides alone, as with all samplers that can be named in the environment, that is seen by
the id, in a tenth of the time.
"""

from __future__ import annotations

from typing import Any, Final

from opentelemetry import trace
from opentelemetry.sdk.trace import Tracer, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBased,
    Sampler,
    StaticSampler,
    TraceIdRatioBased,
)
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

_LOW: Final = TraceIdRatioBased.TRACE_ID_LIMIT
_FLAGS: Final = TraceFlags(TraceFlags.RANDOM_TRACE_ID)


class Chance:
    """Whether traces that begin here are sampled; those that are get the ids that were drawn.

    Its ``tracer`` is OpenTelemetry's, whose spans it does not touch otherwise.
    """

    def __init__(self, tracer: Tracer, bound: int) -> None:
        self._ids = _Drawn(tracer.id_generator)
        self._bound = bound
        tracer.id_generator = self._ids

    def left_out(self) -> Unsampled | None:
        """The span of a request that is not sampled; None if one is to be begun, now."""
        drawn = self._ids.draw()
        if drawn & _LOW >= self._bound:
            return Unsampled(drawn, self._ids)
        self._ids.next = drawn
        return None


def chance_of(provider: trace.TracerProvider, tracer: trace.Tracer) -> Chance | None:
    """How traces that begin by this tracer are sampled; None if that takes more than their ids."""
    if not isinstance(provider, TracerProvider) or not isinstance(tracer, Tracer):
        return None
    bound = _bound_of(provider.sampler)
    return None if bound is None else Chance(tracer, bound)


def _bound_of(sampler: Any) -> int | None:
    """What the end of a trace's id is below, if it is sampled."""
    if _decides_as(sampler, ParentBased):
        sampler = getattr(sampler, "_root", None)  # OpenTelemetry has no other word for it
    if _decides_as(sampler, StaticSampler):
        dropped = sampler.should_sample(None, 1, "").decision is Decision.DROP
        return 0 if dropped else _LOW + 1
    return sampler.bound if _decides_as(sampler, TraceIdRatioBased) else None


def _decides_as(sampler: Any, kind: type[Sampler]) -> bool:
    """Whether it is of a kind, and has no word of its own in what that decides."""
    return isinstance(sampler, kind) and type(sampler).should_sample is kind.should_sample


class Unsampled(NonRecordingSpan):
    """What stands for a request that is not sampled, for whoever makes spans below it.

    Its ids are put together when somebody asks for them, which hardly anybody does.
    """

    def __init__(self, trace_id: int, ids: IdGenerator) -> None:
        super().__init__(trace.INVALID_SPAN_CONTEXT)
        self._trace_id = trace_id
        self._ids = ids

    def get_span_context(self) -> SpanContext:
        """Valid, and not sampled."""
        if not self._context.is_valid:
            span_id = self._ids.generate_span_id()
            self._context = SpanContext(
                self._trace_id, span_id, is_remote=False, trace_flags=_FLAGS
            )
        return self._context


class _Drawn(IdGenerator):
    """Another generator's ids; but the next trace has the one that was drawn for it."""

    def __init__(self, others: IdGenerator) -> None:
        self._others = others
        self.next: int | None = None

    def draw(self) -> int:
        """An id for a trace that may come."""
        return self._others.generate_trace_id()

    def generate_trace_id(self) -> int:
        """The one that was drawn, once."""
        drawn, self.next = self.next, None
        return self.draw() if drawn is None else drawn

    def generate_span_id(self) -> int:
        """As the others."""
        return self._others.generate_span_id()

    def is_trace_id_random(self) -> bool:
        """As the others."""
        return self._others.is_trace_id_random()
