"""In charge of keeping spans in memory, for tests that ask which spans a piece of work makes."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from telemetry import spans


@contextmanager
def recorded_spans() -> Generator[InMemorySpanExporter]:
    """Every span that ends within the block, by ``get_finished_spans()``; none are made after."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    spans.install(provider)
    try:
        yield exporter
    finally:
        spans.install(None)
        provider.shutdown()
