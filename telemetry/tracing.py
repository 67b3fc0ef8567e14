"""In charge of where spans and counts go: the standard OTEL_* variables, read once at start-up."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from opentelemetry import trace

from telemetry import counts, spans
from telemetry.exporting import FLUSH_SECONDS, ExportTrouble, exporters_asked, resource, visible
from telemetry.spans import enabled

if TYPE_CHECKING:
    # The SDK takes a tenth of a second to import, so only those who asked for it wait.
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter

__all__ = ["configure", "enabled"]


class _Outlet(NamedTuple):
    """``flush`` sends what is left; shutting the exporters ends their retries."""

    flush: Callable[[], None]
    exporters: "Sequence[SpanExporter | MetricExporter]"


def configure(environ: Mapping[str, str], *, service_version: str) -> Callable[[], None]:
    """Send spans and counts where ``environ`` asks; nowhere, and at no cost, unless it does.

    Returns the shutdown, which sends what is left and takes `FLUSH_SECONDS` at most. Raises
    ValueError, naming the variable, if it asks for what there is not.
    """
    traced, counted = exporters_asked(environ, "TRACES"), exporters_asked(environ, "METRICS")
    if not traced and not counted:
        return _nothing_to_shut
    with visible(environ):
        trouble, outlets = ExportTrouble(), list[_Outlet]()
        if traced:
            outlets.append(_start_spans(traced, service_version))
        if counted:
            outlets.append(_start_counts(counted, service_version))
    return _shutdown(trouble, outlets)


def _shutdown(trouble: ExportTrouble, outlets: Sequence[_Outlet]) -> Callable[[], None]:
    def shutdown() -> None:
        spans.install(None)
        counts.install(None)
        flushing = [
            (threading.Thread(target=outlet.flush, name="flush", daemon=True), outlet)
            for outlet in outlets
        ]
        for thread, _ in flushing:
            thread.start()
        deadline = time.monotonic() + FLUSH_SECONDS
        for thread, _ in flushing:
            thread.join(max(0.0, deadline - time.monotonic()))
        trouble.mute()
        late = [outlet for thread, outlet in flushing if thread.is_alive()]
        for exporter in (exporter for outlet in late for exporter in outlet.exporters):
            cast("Any", exporter).shutdown()

    return shutdown


def _start_spans(names: Sequence[str], service_version: str) -> _Outlet:
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see TYPE_CHECKING above

    exporters = [_exporter(name) for name in names]
    provider = TracerProvider(resource=resource(service_version), shutdown_on_exit=False)
    for name, exporter in zip(names, exporters, strict=True):
        provider.add_span_processor(_processor(name, exporter))
    trace.set_tracer_provider(provider)
    spans.install(provider)
    return _Outlet(provider.shutdown, exporters)


def _start_counts(names: Sequence[str], service_version: str) -> _Outlet:
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

    exporters = [_count_exporter(name) for name in names]
    readers = [PeriodicExportingMetricReader(exporter) for exporter in exporters]
    provider = MeterProvider(readers, resource(service_version), shutdown_on_exit=False)
    counts.install(provider)
    return _Outlet(provider.shutdown, exporters)


def _exporter(name: str) -> "SpanExporter":
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter  # noqa: PLC0415

        return ConsoleSpanExporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    return OTLPSpanExporter()


def _processor(name: str, exporter: "SpanExporter") -> "SpanProcessor":
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415
        BatchSpanProcessor,
        SimpleSpanProcessor,
    )

    # A person at the console wants each span when it ends.
    return SimpleSpanProcessor(exporter) if name == "console" else BatchSpanProcessor(exporter)


def _count_exporter(name: str) -> "MetricExporter":
    if name == "console":
        from opentelemetry.sdk.metrics.export import ConsoleMetricExporter  # noqa: PLC0415

        return ConsoleMetricExporter()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415
        OTLPMetricExporter,
    )

    return OTLPMetricExporter()


def _nothing_to_shut() -> None: ...
