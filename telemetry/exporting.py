"""In charge of what spans and counts share on their way out: the standard OTEL_* variables."""

import logging
import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal

from telemetry.logs import logger

if TYPE_CHECKING:
    # The SDK takes a tenth of a second to import, so only those who asked for it wait.
    from opentelemetry.sdk.resources import Resource

Signal = Literal["TRACES", "METRICS"]

FLUSH_SECONDS: Final = 2.0
"""How long a shutdown waits for the last of what there is to leave."""

_EXPORTERS = ("otlp", "console", "none")
_QUIET_SECONDS: Final = 60.0


def exporters_asked(environ: Mapping[str, str], signal: Signal) -> list[str]:
    """The exporters of a signal that are asked for; an endpoint for it is asking enough.

    Raises ValueError, naming the variable, for what there is not.
    """
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    endpoint = any(
        environ.get(f"OTEL_EXPORTER_OTLP_{which}ENDPOINT", "").strip()
        for which in (f"{signal}_", "")
    )
    variable = f"OTEL_{signal}_EXPORTER"
    asked = environ.get(variable, "").strip() or ("otlp" if endpoint else "none")
    names = [name.strip().lower() for name in asked.split(",") if name.strip()]
    for name in names:
        if name not in _EXPORTERS:
            raise ValueError(f"{variable} is {name!r}, which is none of {', '.join(_EXPORTERS)}")
    if "otlp" in names:
        _check_protocol(environ, signal)
    return [name for name in dict.fromkeys(names) if name != "none"]


def _check_protocol(environ: Mapping[str, str], signal: Signal) -> None:
    for name in (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if protocol := environ.get(name, "").strip():
            if protocol != "http/protobuf":
                raise ValueError(f"{name} is {protocol!r}, but only http/protobuf is spoken")
            return


@contextmanager
def visible(environ: Mapping[str, str]) -> Generator[None]:
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


def resource(service_version: str) -> "Resource":
    """What is said of this program."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415

    ours = {"service.name": "bigraph", "service.version": service_version}
    return Resource.create({**ours, **OTELResourceDetector().detect().attributes})


class ExportTrouble(logging.Handler):
    """Turns the SDK's complaints, a traceback for each batch, into one line a minute."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._next = 0.0
        sdk = logging.getLogger("opentelemetry")
        sdk.handlers[:] = [self]
        sdk.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Says it in our log, if the last was long enough ago."""
        if record.levelno >= self.level and time.monotonic() >= self._next:
            self._next = time.monotonic() + _QUIET_SECONDS
            reason = record.getMessage().partition("\n")[0][:300]
            logger("telemetry").warning("tracing_trouble", reason=reason)

    def mute(self) -> None:
        """From now on say nothing: the program is ending."""
        self.setLevel(logging.CRITICAL + 1)
