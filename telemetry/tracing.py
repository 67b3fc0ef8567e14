"""In charge of where spans go: the standard OTEL_* variables, read once at start-up."""

import logging
import os
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from opentelemetry import trace

from telemetry import spans
from telemetry.logs import logger
from telemetry.spans import enabled

if TYPE_CHECKING:
    # The SDK takes a tenth of a second to import, so only those who asked for it wait.
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter

__all__ = ["configure", "enabled"]

FLUSH_SECONDS: Final = 2.0
"""How long a shutdown waits for the last spans to leave."""

_EXPORTERS = ("otlp", "console", "none")
_QUIET_SECONDS: Final = 60.0


def configure(environ: Mapping[str, str], *, service_version: str) -> Callable[[], None]:
    """Send spans where ``environ`` asks; nowhere, and at no cost, unless it does.

    Returns the shutdown, which sends what is left and takes `FLUSH_SECONDS` at most. Raises
    ValueError, naming the variable, if it asks for what there is not.
    """
    names = _asked(environ)
    if not names:
        return _nothing_to_shut
    with _visible(environ):
        return _start(names, service_version)


def _asked(environ: Mapping[str, str]) -> list[str]:
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    endpoint = any(
        environ.get(f"OTEL_EXPORTER_OTLP_{which}ENDPOINT", "").strip() for which in ("TRACES_", "")
    )
    asked = environ.get("OTEL_TRACES_EXPORTER", "").strip() or ("otlp" if endpoint else "none")
    names = [name.strip().lower() for name in asked.split(",") if name.strip()]
    for name in names:
        if name not in _EXPORTERS:
            raise ValueError(
                f"OTEL_TRACES_EXPORTER is {name!r}, which is none of {', '.join(_EXPORTERS)}"
            )
    if "otlp" in names:
        _check_protocol(environ)
    return [name for name in dict.fromkeys(names) if name != "none"]


def _check_protocol(environ: Mapping[str, str]) -> None:
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if protocol := environ.get(name, "").strip():
            if protocol != "http/protobuf":
                raise ValueError(f"{name} is {protocol!r}, but only http/protobuf is spoken")
            return


@contextmanager
def _visible(environ: Mapping[str, str]) -> Generator[None]:
    """The SDK reads endpoint, headers, sampler and more from os.environ only: show it ours."""
    mine = {name: value for name, value in os.environ.items() if name.startswith("OTEL_")}
    ours = {name: value for name, value in environ.items() if name.startswith("OTEL_")}
    _replace(mine, ours)
    try:
        yield
    finally:
        _replace(ours, mine)


def _replace(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for name in old:
        os.environ.pop(name, None)
    os.environ.update(new)


def _start(names: list[str], service_version: str) -> Callable[[], None]:
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see TYPE_CHECKING above

    trouble = _ExportTrouble()
    exporters = [_exporter(name) for name in names]
    provider = TracerProvider(resource=_resource(service_version), shutdown_on_exit=False)
    for name, exporter in zip(names, exporters, strict=True):
        provider.add_span_processor(_processor(name, exporter))
    trace.set_tracer_provider(provider)
    spans.install(provider)

    def shutdown() -> None:
        spans.install(None)
        flush = threading.Thread(target=provider.shutdown, name="flush-spans", daemon=True)
        flush.start()
        flush.join(FLUSH_SECONDS)
        trouble.mute()
        if flush.is_alive():
            for exporter in exporters:
                exporter.shutdown()  # ends its retries

    return shutdown


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


def _resource(service_version: str) -> "Resource":
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415

    ours = {"service.name": "bigraph", "service.version": service_version}
    return Resource.create({**ours, **OTELResourceDetector().detect().attributes})


class _ExportTrouble(logging.Handler):
    """Turns the SDK's complaints, a traceback for each batch, into one line a minute."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._next = 0.0
        sdk = logging.getLogger("opentelemetry")
        sdk.handlers[:] = [self]
        sdk.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= self.level and time.monotonic() >= self._next:
            self._next = time.monotonic() + _QUIET_SECONDS
            reason = record.getMessage().partition("\n")[0][:300]
            logger("telemetry").warning("tracing_trouble", reason=reason)

    def mute(self) -> None:
        """From now on say nothing: the program is ending."""
        self.setLevel(logging.CRITICAL + 1)


def _nothing_to_shut() -> None: ...
