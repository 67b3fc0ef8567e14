"""Serves Bigraph with an SDK for spans whose exporter throws them away, to see what spans cost.

    python -m benchmarks.traced always_on|always_off serve …

With `always_on` every span is recorded, with `always_off` none is, though the SDK is there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased

import server
from telemetry import spans

_SAMPLERS = {"always_on": ALWAYS_ON, "always_off": ALWAYS_OFF}


class Nowhere(SpanExporter):
    """Takes every span, and keeps none."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002 (see above)
        """Always well."""
        return SpanExportResult.SUCCESS


def main() -> int:
    """The server's own command line, behind the sampler's name."""
    sampler, *arguments = sys.argv[1:]
    provider = TracerProvider(sampler=ParentBased(_SAMPLERS[sampler]), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    trace.set_tracer_provider(provider)
    spans.install(provider)
    return server.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
