"""In charge of what a graph tells when its metrics are read, and of which codes are limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol, runtime_checkable

from edge.graph import Graph
from resolvers.limits.limits import LimitError
from telemetry.measures import Gauge
from telemetry.pools import PoolUse, pool_gauges

LIMITS: Final = frozenset(
    {
        *(kind.code for kind in LimitError.__subclasses__()),
        *("ADDRESS_TOO_LONG", "BATCH_TOO_LARGE", "BODY_TOO_LARGE", "DEADLINE_EXCEEDED"),
        *("HEAD_TOO_LARGE", "IDEMPOTENCY_ANSWER_TOO_LARGE", "ORDER_TOO_WIDE"),
        *("PAGE_SIZE_EXCEEDED", "RATE_LIMITED", "REACH_TOO_WIDE", "REQUEST_TIMEOUT"),
        *("SERVER_OVERLOADED", "STORE_BUSY", "STORE_TIMEOUT"),
        *("TOO_MANY_CONNECTIONS", "TOO_MANY_OPERATIONS", "UPLOAD_TOO_LARGE", "UPLOAD_TOO_MANY"),
    }
)
"""The codes of errors that say that somebody asked for more than the operator allows."""


@runtime_checkable
class Pooled(Protocol):
    """What has connections of its own."""

    @property
    def pool_use(self) -> PoolUse | None:
        """How they are used now; None if it has none after all."""
        ...


def gauges_of(graph: Graph) -> Iterator[Gauge]:
    """What is so now: how the pools of its stores and of Redis are used, and who stays."""
    for part in (*graph.sources.values(), graph.cache, graph.buckets):
        if isinstance(part, Pooled) and (use := part.pool_use) is not None:
            yield from pool_gauges(use)
    said = "Connections of those who stay: WebSockets and event streams."
    yield Gauge("bigraph_live_connections", said, {}, len(graph.presence.visits))
