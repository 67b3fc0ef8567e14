"""What is measured: bounded in its names, added up rightly, and read as Prometheus does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from telemetry import begin, count_completion, counts, measures, store_span
from telemetry.measures import BOUNDS, OTHER, Gauge, Measures, add, new_series
from telemetry.prometheus import Measured, registry_of
from telemetry.pulse import beating
from telemetry.scraped import served
from telemetry.tally import Tally


@pytest.fixture
def measured() -> Iterator[Measures]:
    """What is measured within the test."""
    found = Measures(limits=["DEPTH_EXCEEDED"])
    measures.install(found)
    yield found
    measures.install(None)


def read(found: Measures) -> dict[tuple[str, ...], float]:
    """What Prometheus reads: by the sample's name and the values of its labels."""
    registry = CollectorRegistry()
    registry.register(Measured(found, "1", "/graphql"))
    text = generate_latest(registry).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@given(st.lists(st.floats(0, 120)))
def test_a_histogram_adds_up(seconds: list[float]) -> None:
    """Each value is in the first part whose bound it does not pass, as Prometheus counts."""
    series = new_series()
    for each in seconds:
        add(series, each)
    for at, bound in enumerate(BOUNDS):
        assert sum(series[1 : at + 2]) == sum(each <= bound for each in seconds)
    assert sum(series[1:]) == len(seconds)
    assert series[0] == pytest.approx(sum(seconds))


def test_names_of_operations_are_bounded() -> None:
    """Two come first; one was known before; all others are one series, for each type."""
    found = Measures(2, known=["Trusted"])
    for name in ("A", "B", "C", "D", "Trusted", "A", None):
        found.request(_tally(operation=name, kind="query"), "POST", 200, 0.01)
    found.request(_tally(operation="E", kind="mutation"), "POST", 200, 0.01)
    counted = {key: sum(series[1:]) for key, series in found.operations.items()}
    assert counted == {
        ("A", "query"): 2,
        ("B", "query"): 1,
        (OTHER, "query"): 2,
        ("Trusted", "query"): 1,
        (None, "query"): 1,
        (OTHER, "mutation"): 1,
    }


def test_everything_else_is_bounded() -> None:
    """A thousand codes and a thousand kinds of errors end in a few hundred series."""
    found = Measures()
    for number in range(1000):
        found.failed([f"CODE_{number}"])
        add(found.store("postgresql", "SELECT", f"error_{number}"), 0.01)
    assert len(found.errors) <= 502
    assert len(found.stores) <= 501
    assert sum(found.errors.values()) == 1000
    assert sum(sum(each[1:]) for each in found.stores.values()) == 1000


def test_calls_of_stores_are_measured(measured: Measures) -> None:
    """By system and operation; one that fails by its error, too."""
    begin()
    with store_span("postgresql", "SELECT", "flight"):
        time.sleep(0.002)
    with pytest.raises(OSError, match="gone"), store_span("mongodb", "aggregate"):
        raise OSError("gone")
    samples = read(measured)
    name = "db_client_operation_duration_seconds"
    assert samples[f"{name}_count", "SELECT", "postgresql", ""] == 1
    assert samples[f"{name}_sum", "SELECT", "postgresql", ""] >= 0.002
    assert samples[f"{name}_bucket", "SELECT", "postgresql", "", "0.0005"] == 0
    assert samples[f"{name}_count", "aggregate", "mongodb", "OSError"] == 1


def test_what_is_read(measured: Measures) -> None:
    """Names of requests, errors, limits, completions; what may matter once is there from 0 on."""
    assert read(measured)["bigraph_errors_total", "INTERNAL_ERROR"] == 0
    assert read(measured)["bigraph_two_store_changes_total", "parked"] == 0
    tally = _tally(operation="Late", kind="query", rows=7, cache_hits=5, cache_local_hits=3)
    measured.request(tally, "POST", 200, 0.3)
    measured.failed(["DEPTH_EXCEEDED", "BAD_USER_INPUT"])
    count_completion("rows")
    count_completion("standard", "input")
    counts.count_two_stores("parked")
    measured.gauges.append(lambda: [Gauge("some_gauge", "Some.", {"of": "it"}, 3)])
    samples = read(measured)
    assert samples["bigraph_operation_duration_seconds_sum", "Late", "query"] == 0.3
    assert samples["bigraph_operation_duration_seconds_bucket", "Late", "query", "0.25"] == 0
    assert samples["bigraph_operation_duration_seconds_bucket", "Late", "query", "0.5"] == 1
    response = ("POST", "200", "/graphql")
    assert samples["http_server_request_duration_seconds_count", *response] == 1
    assert samples["bigraph_rows_total",] == 7
    assert samples["bigraph_cache_hits_total", "process"] == 3
    assert samples["bigraph_cache_hits_total", "redis"] == 2
    assert samples["bigraph_errors_total", "BAD_USER_INPUT"] == 1
    assert samples["bigraph_limits_hit_total", "DEPTH_EXCEEDED"] == 1
    assert ("bigraph_limits_hit_total", "BAD_USER_INPUT") not in samples
    assert samples["bigraph_completions_total", "standard", "input"] == 1
    assert samples["bigraph_two_store_changes_total", "parked"] == 1
    assert samples["some_gauge", "it"] == 3


async def test_a_loop_that_is_held_up_is_seen() -> None:
    """Also while it is, by whoever asks from another thread."""
    found = Measures()
    with beating(found) as pulse:
        await asyncio.sleep(0.01)
        hold_up(0.4)
        (late,) = pulse.gauges()
        assert late.value >= 0.15
        await asyncio.sleep(0.01)
    assert sum(found.turns[1:]) >= 2
    assert found.turns[0] >= 0.15
    assert found.gauges == []


def hold_up(seconds: float) -> None:
    """As a resolver does that never awaits."""
    time.sleep(seconds)


def test_a_port_that_is_taken_is_an_error() -> None:
    """Whoever comes second is told; and whoever ends lets go of it."""
    registry = registry_of(Measured(Measures(), "1", "/graphql"))
    with (
        served(registry, "127.0.0.1", 0) as port,
        pytest.raises(OSError, match="in use"),
        served(registry, "127.0.0.1", port),
    ):
        pass
    with served(registry, "127.0.0.1", port) as again:
        assert again == port


def test_a_port_may_be_taken_over() -> None:
    """By the worker that comes in place of another, while that is still there."""
    registry = registry_of(Measured(Measures(), "1", "/graphql"))
    with (
        served(registry, "127.0.0.1", 0, shared=True) as port,
        served(registry, "127.0.0.1", port, shared=True) as same,
    ):
        assert port == same
        address = f"http://127.0.0.1:{port}"
        assert "bigraph_build_info" in httpx.get(f"{address}/metrics", timeout=40).text
        assert httpx.get(f"{address}/", timeout=40).status_code == 404


def _tally(**said: Any) -> Tally:
    tally = Tally()
    vars(tally).update(said)
    return tally
