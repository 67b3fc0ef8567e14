"""In charge of what is measured as Prometheus reads it: its families.

Names are those of OpenTelemetry's conventions where it has any, as Prometheus spells them, else
they begin with ``bigraph_``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from typing import TypeVar

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from telemetry.measures import BOUNDS, Gauge, Measures, Series

_OPERATION = ("graphql_operation_name", "graphql_operation_type")
_RESPONSE = ("http_request_method", "http_response_status_code", "http_route")
_CALL = ("db_system_name", "db_operation_name", "error_type")
_POOL = ("db_client_connection_pool_name",)

K = TypeVar("K")


class Measured(Collector):
    """The families of one process's measures."""

    def __init__(self, measures: Measures, version: str, route: str) -> None:
        self._measures = measures
        self._version = version
        self._route = route

    def collect(self) -> Iterator[Metric]:
        """All of them, as they are now."""
        info = GaugeMetricFamily(
            "bigraph_build_info", "Which server this is.", labels=("service_version",)
        )
        info.add_metric((self._version,), 1)
        yield info
        yield from self._requests()
        yield from self._stores()
        yield from self._counts()
        yield from _gauges(self._measures.gauges_now())

    def _requests(self) -> Iterator[Metric]:
        known = self._measures
        yield _histogram(
            "bigraph_operation_duration_seconds",
            "Requests by what they executed; without a name or a type nothing was.",
            _OPERATION,
            [((name or "", kind or ""), each) for (name, kind), each in _copied(known.operations)],
        )
        yield _histogram(
            "http_server_request_duration_seconds",
            "Requests for GraphQL by what HTTP says of them.",
            _RESPONSE,
            [((how, str(of), self._route), each) for (how, of), each in _copied(known.responses)],
        )
        active = "Requests for GraphQL that are under way."
        yield GaugeMetricFamily("http_server_active_requests", active, known.active)

    def _stores(self) -> Iterator[Metric]:
        known = self._measures
        yield _histogram(
            "db_client_operation_duration_seconds",
            "Calls of stores; those that failed have a type of error.",
            _CALL,
            _copied(known.stores),
        )
        yield _histogram(
            "db_client_connection_wait_time_seconds",
            "Waits for a connection, of those who did not find one free.",
            _POOL,
            [((name,), each) for name, each in _copied(known.waits)],
        )
        yield _histogram(
            "bigraph_event_loop_lag_seconds",
            "How much later than asked for the event loop came to what was due.",
            (),
            [((), [*known.turns])],
        )

    def _counts(self) -> Iterator[Metric]:
        known = self._measures
        yield _counter(
            "bigraph_errors",
            "Requests with an error of this code in their answer.",
            ("code",),
            {(code,): count for code, count in [*known.errors.items()]},
        )
        yield _counter(
            "bigraph_limits_hit",
            "Requests that were refused or ended by a limit, by its code.",
            ("code",),
            {(code,): count for code, count in [*known.limits.items()]},
        )
        yield _counter(
            "bigraph_completions",
            "Root fields that were completed, by how, and why so if by graphql-core.",
            ("form", "reason"),
            known.completions.copy(),
        )
        yield _counter(
            "bigraph_two_store_changes",
            "Changes of both stores that PostgreSQL had committed, by what became of them.",
            ("outcome",),
            {(outcome,): count for outcome, count in [*known.two_stores.items()]},
        )
        yield CounterMetricFamily("bigraph_rows", "Rows that stores returned.", known.rows)
        places = {
            ("process",): known.cache_local_hits,
            ("redis",): known.cache_hits - known.cache_local_hits,
        }
        yield _counter("bigraph_cache_hits", "Keys that were kept, by where.", ("place",), places)
        yield CounterMetricFamily(
            "bigraph_cache_misses", "Keys that were kept nowhere.", known.cache_misses
        )


def _copied(among: Mapping[K, Series]) -> Iterable[tuple[K, Series]]:
    """As they are now, for requests go on."""
    return [(key, [*series]) for key, series in [*among.items()]]


def _histogram(
    name: str, said: str, labels: Sequence[str], series: Iterable[tuple[tuple[str, ...], Series]]
) -> Metric:
    family = HistogramMetricFamily(name, said, labels=labels)
    for key, (total, *counts) in series:
        bounds = [*map(str, BOUNDS), "+Inf"]
        family.add_metric(key, [*zip(bounds, accumulate(counts), strict=True)], total)
    return family


def _counter(
    name: str, said: str, labels: Sequence[str], counts: Mapping[tuple[str, ...], float]
) -> Metric:
    family = CounterMetricFamily(name, said, labels=labels)
    for key, count in counts.items():
        family.add_metric(key, count)
    return family


def _gauges(gauges: Iterable[Gauge]) -> Iterator[Metric]:
    for name, some in groupby(sorted(gauges, key=lambda each: each.name), lambda each: each.name):
        first, *rest = some
        family = GaugeMetricFamily(name, first.description, labels=tuple(first.labels))
        for each in (first, *rest):
            family.add_metric(tuple(each.labels.values()), each.value)
        yield family


def registry_of(collector: Collector) -> CollectorRegistry:
    """All that is read of this process: what it measured, its memory, its files."""
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry
