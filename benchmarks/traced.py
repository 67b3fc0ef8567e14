"""Serves Bigraph with every span recorded, and thrown away, to see what spans cost.

python -m benchmarks.traced serve …
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

import server
from telemetry import spans


class Nowhere(SpanExporter):
    """Takes every span, and keeps none."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002 (see above)
        """Always well."""
        return SpanExportResult.SUCCESS


def main() -> int:
    """The server's own command line."""
    provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    trace.set_tracer_provider(provider)
    spans.install(provider)
    return server.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
