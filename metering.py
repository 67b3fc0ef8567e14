"""In charge of the port that Prometheus reads: what is measured, while the server runs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial

from console import origin_of, say
from edge.app import GRAPHQL
from edge.graph import Graph
from edge.listening import AddressError
from edge.metrics import LIMITS, gauges_of
from settings import Settings
from telemetry import measures
from telemetry.measures import Measures
from telemetry.pulse import beating


@contextmanager
def measured(
    graph: Graph, settings: Settings, version: str, *, replaces: bool = False
) -> Generator[str | None]:
    """Measures a graph that is served, and has it read; the address, if there is one.

    A worker ``replaces`` one that may still listen at its port.

    Raises ``AddressError`` if nobody can listen at the port that was asked for. The usual one may
    be another server's on the same machine: then it is said, and nothing is measured.
    """
    if not settings.metrics:
        yield None
        return
    from telemetry.prometheus import Measured, registry_of  # noqa: PLC0415 (not for who wants none)
    from telemetry.scraped import PATH, served  # noqa: PLC0415 (the same)

    with ExitStack() as stack:
        found = Measures(settings.metrics_operations, limits=LIMITS)
        found.gauges.append(partial(gauges_of, graph))
        registry = registry_of(Measured(found, version, GRAPHQL))
        host, port = settings.metrics_host, settings.metrics_port
        try:
            port = stack.enter_context(served(registry, host, port, shared=replaces))
        except OSError as error:
            reason = f"Cannot listen on {host}:{port} for metrics: {error.strerror or error}."
            if "metrics_port" in settings.model_fields_set:
                hint = "Choose another with --metrics-port, or have none with --metrics false."
                raise AddressError(reason, hint=hint) from None
            say(f"{reason} There are none: choose another with --metrics-port.")
            yield None
            return
        measures.install(found)
        stack.callback(measures.install, None)
        stack.enter_context(beating(found))
        yield f"{origin_of((host, port))}{PATH}"
