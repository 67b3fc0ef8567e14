"""Requests that are not sampled are told by their traces' ids, just as the sampler would tell."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import context, propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    DEFAULT_OFF,
    DEFAULT_ON,
    ParentBased,
    ParentBasedTraceIdRatio,
    Sampler,
    TraceIdRatioBased,
)

from telemetry.sampling import Chance, chance_of
from telemetry.spans import LeftOut, install, recording, trace_id

TIMES = 2_000


def chance_by(sampler: Sampler) -> tuple[Chance | None, trace.Tracer]:
    """Of a tracer of its own."""
    provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    tracer = provider.get_tracer("tests")
    return chance_of(provider, tracer), tracer


@pytest.mark.parametrize(
    ("sampler", "share"),
    [
        (ALWAYS_OFF, 0),
        (ALWAYS_ON, 1),
        (DEFAULT_OFF, 0),
        (DEFAULT_ON, 1),
        (TraceIdRatioBased(0.3), 0.3),
        (ParentBasedTraceIdRatio(0.3), 0.3),
        (ParentBased(TraceIdRatioBased(0)), 0),
        (ParentBased(TraceIdRatioBased(1)), 1),
    ],
)
def test_what_is_left_out_is_what_the_sampler_would_leave_out(sampler: Sampler, share: float):
    """Of each trace, and so of all: nobody is asked twice, by different ids."""
    chance, tracer = chance_by(sampler)
    assert chance is not None
    kept = 0
    for _ in range(TIMES):
        span = chance.left_out() or tracer.start_span("a", context=context.Context())
        told = span.get_span_context()
        decision = sampler.should_sample(None, told.trace_id, "a").decision
        assert told.is_valid
        assert span.is_recording() == decision.is_recording()
        assert told.trace_flags.sampled == decision.is_sampled()
        kept += span.is_recording()
    assert abs(kept - share * TIMES) <= (0.06 * TIMES if 0 < share < 1 else 0)


def test_each_has_ids_of_its_own():
    """Whether it is sampled or not; and a span that nothing was drawn for has them, too."""
    chance, tracer = chance_by(TraceIdRatioBased(0.5))
    assert chance is not None
    spans = [chance.left_out() or tracer.start_span("a") for _ in range(100)]
    spans += [tracer.start_span("b") for _ in range(100)]
    told = [span.get_span_context() for span in spans]
    assert len({each.trace_id for each in told}) == len({each.span_id for each in told}) == 200


class _Whim(Sampler):
    """Looks at more than the id."""

    def should_sample(self, *given: Any, **named: Any) -> Any:
        """By the name."""
        return (ALWAYS_ON if "good" in given else ALWAYS_OFF).should_sample(*given, **named)

    def get_description(self) -> str:
        """What it is."""
        return "whim"


class _WhimOfRatio(_Whim, TraceIdRatioBased):
    """The same, by a class that stands on OpenTelemetry's."""


class _WhimOfParent(_Whim, ParentBased):
    """As well."""


@pytest.mark.parametrize(
    "sampler",
    [
        _Whim(),
        ParentBased(_Whim()),
        _WhimOfRatio(0.5),
        _WhimOfParent(ALWAYS_OFF),
        ParentBased(_WhimOfRatio(0)),
    ],
)
def test_other_samplers_are_asked_themselves(sampler: Sampler):
    """Who knows what they look at."""
    assert chance_by(sampler)[0] is None


def test_a_provider_of_others_is_asked_itself():
    """As one that makes no spans."""
    provider = trace.NoOpTracerProvider()
    assert chance_of(provider, provider.get_tracer("tests")) is None


def test_who_makes_spans_below_goes_on_with_the_trace():
    """They are not sampled either, here or where they call."""
    chance, tracer = chance_by(ParentBased(ALWAYS_OFF))
    assert chance is not None
    span = chance.left_out()
    assert span is not None
    install(TracerProvider(sampler=DEFAULT_ON, shutdown_on_exit=False))
    try:
        with LeftOut(span):
            assert not recording()
            below = tracer.start_span("below")
            carrier: dict[str, str] = {}
            propagate.inject(carrier)
            assert trace_id() == f"{span.get_span_context().trace_id:032x}"
        assert recording()
    finally:
        install(None)
    assert not below.is_recording()
    assert below.get_span_context().trace_id == span.get_span_context().trace_id
    _, of, by, flags = carrier["traceparent"].split("-")
    assert (of, by) == (
        f"{span.get_span_context().trace_id:032x}",
        f"{span.get_span_context().span_id:016x}",
    )
    assert not int(flags, 16) & trace.TraceFlags.SAMPLED
