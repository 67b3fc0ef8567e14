"""Spans: how they nest, what they say of errors, and what they cost when nobody asked."""

import asyncio
import timeit
from contextlib import nullcontext

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from telemetry import begin, enabled, span, store_span, trace_id

TRACE = "0af7651916cd43dd8448eb211c80319c"


class CodedError(Exception):
    """An error with a code of its own."""

    code = "NOT_THERE"


class TalkativeError(Exception):
    """An error whose code is no code."""

    code = "user alice@example.com was not found"


async def test_spans_nest_across_awaits(recorded: InMemorySpanExporter):
    """Each resolver's span is a child of what started it, also when they run at the same time."""

    async def resolver(name: str) -> None:
        with span(name, attributes={"graphql.field": name, "keys": ["a", "b"]}):
            await asyncio.sleep(0)
            with span("leaf"):
                await asyncio.sleep(0)

    with span("root", kind="server") as root:
        await asyncio.gather(resolver("one"), resolver("two"))
    finished = {found.name: found for found in recorded.get_finished_spans()}
    assert finished["root"].kind is SpanKind.SERVER
    assert finished["one"].kind is SpanKind.INTERNAL
    assert dict(finished["one"].attributes or {}) == {"graphql.field": "one", "keys": ("a", "b")}
    for name in ("one", "two"):
        parent = finished[name].parent
        assert parent is not None
        assert parent.span_id == root.get_span_context().span_id
    assert len({found.context.trace_id for found in finished.values() if found.context}) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("secret"), "KeyError"),
        (CodedError("secret"), "NOT_THERE"),
        (TalkativeError("secret"), "TalkativeError"),
        (asyncio.CancelledError("secret"), "CancelledError"),
    ],
)
def test_an_error_is_told_by_kind_only(
    recorded: InMemorySpanExporter, error: BaseException, said: str
):
    """The status is error and error.type a code or a class; the message stays out."""
    with pytest.raises(type(error)), span("fails"):
        raise error
    (failed,) = recorded.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    assert dict(failed.attributes or {}) == {"error.type": said}
    assert not failed.events
    assert "secret" not in failed.to_json()
    assert "alice" not in failed.to_json()


def test_only_the_end_of_a_generator_is_no_error(recorded: InMemorySpanExporter):
    """A consumer that stops early has done nothing wrong."""

    def rows():
        with span("rows"):
            yield 1

    for _ in rows():
        break
    (ended,) = recorded.get_finished_spans()
    assert ended.status.status_code is StatusCode.UNSET


def test_a_servers_span_continues_the_callers_trace(recorded: InMemorySpanExporter):
    """The incoming traceparent is its parent; one id is in the span, the tally and `trace_id`."""
    tally = begin(f"00-{TRACE}-b7ad6b7169203331-01")
    with span("request", kind="server"):
        assert trace_id() == tally.trace_id == TRACE
    (request,) = recorded.get_finished_spans()
    assert request.parent is not None
    assert trace.format_span_id(request.parent.span_id) == "b7ad6b7169203331"


def test_a_request_without_a_caller_has_one_id_too(recorded: InMemorySpanExporter):
    """The span's trace id becomes the tally's, so that logs and traces agree."""
    tally = begin()
    with span("request", kind="server") as request:
        traced = trace.format_trace_id(request.get_span_context().trace_id)
        assert trace_id() == tally.trace_id == traced
    assert trace_id() == traced


def test_without_a_provider_spans_cost_nothing():
    """A few empty `with` blocks of Python's own, and a few more for a store call's count."""
    assert not enabled()
    begin()

    def plain() -> None:
        with span("work", attributes={"a": 1}) as off:
            assert not off.is_recording()

    def store() -> None:
        with store_span("postgresql", "SELECT", "flights", query="SELECT 1") as call:
            call.returned(1)

    def nothing() -> None:
        with nullcontext({"a": 1}) as off:
            assert isinstance(off, dict)

    def seconds(work) -> float:
        return min(timeit.repeat(work, number=5_000, repeat=7))

    rounds = [(seconds(nothing), seconds(plain), seconds(store)) for _ in range(3)]
    assert min(of_span / of_nothing for of_nothing, of_span, _ in rounds) < 3
    assert min(of_call / of_nothing for of_nothing, _, of_call in rounds) < 10
