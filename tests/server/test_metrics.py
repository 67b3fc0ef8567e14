"""Metrics of a running server: at a port of their own, of what it did."""

from __future__ import annotations

import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from running import Running, eventually, query
from websockets.sync.client import connect
from websockets.typing import Subprotocol

EVENTS = {"accept": "text/event-stream"}
PROTOCOL = Subprotocol("graphql-transport-ws")


def metrics_url(server: Running) -> str:
    """Where a server says that its metrics are."""
    found = re.search(r"Metrics are at +(\S+)", server.said)
    assert found, server.said
    return found[1]


def samples(server: Running) -> dict[tuple[str, ...], float]:
    """What Prometheus reads now."""
    text = httpx.get(metrics_url(server), timeout=40).text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_a_server_did_is_read(server: Running) -> None:
    """Requests, both stores, pools, errors, the loop and the process; not at the public port."""
    answer = query(
        server.url(), "query Seen { flights(first: 2) { nodes { id weather { visibility } } } }"
    )
    assert "errors" not in answer
    query(server.url(), "query Deep " + "{ flights { nodes" * 40 + " { id }" + "} }" * 40)
    now = samples(server)
    assert now["bigraph_operation_duration_seconds_count", "Seen", "query"] >= 1
    assert now["db_client_operation_duration_seconds_count", "SELECT", "postgresql", ""] >= 1
    assert now["db_client_operation_duration_seconds_count", "aggregate", "mongodb", ""] >= 1
    assert now["bigraph_limits_hit_total", "DEPTH_EXCEEDED"] >= 1
    assert now["db_client_connection_max", "postgresql"] == 10
    assert now["db_client_connection_pending_requests", "mongodb"] == 0
    assert now["http_server_active_requests",] == 0
    assert now["bigraph_event_loop_lag_seconds_count",] >= 1
    assert now["process_resident_memory_bytes",] > 1_000_000
    assert httpx.get(f"{server.url()}/metrics", timeout=40).status_code == 404
    # What is asked of sizes in the background may have the only connection for a while.
    assert eventually(lambda: samples(server)["db_client_connection_count", "mongodb", "idle"] >= 1)


def test_who_stays_is_counted_while_it_lasts(server: Running) -> None:
    """A socket, and a stream of events."""

    def stay(count: int) -> bool:
        return eventually(lambda: samples(server)["bigraph_live_connections",] == count)

    assert stay(0)
    url = server.url().replace("http", "ws")
    with connect(f"{url}/graphql", subprotocols=[PROTOCOL]) as socket:
        socket.send('{"type": "connection_init"}')  # who says nothing may not stay
        assert stay(1)
        asked = {"query": "subscription { noteWritten(flightId: 1) { id } }"}
        with httpx.stream(
            "POST", f"{server.url()}/graphql", json=asked, headers=EVENTS, timeout=40
        ) as stream:
            lines = stream.iter_lines()  # without them it would be closed
            assert next(lines) == ":"
            assert stay(2)
        assert stay(1)
    assert stay(0)


@pytest.mark.parametrize("wanted", ["application/openmetrics-text; version=1.0.0", "text/plain"])
def test_both_formats_are_spoken(server: Running, wanted: str) -> None:
    """Prometheus's own text, and OpenMetrics."""
    answer = httpx.get(metrics_url(server), headers={"accept": wanted}, timeout=40)
    assert answer.headers["content-type"].startswith(wanted.partition(";")[0])
    assert "bigraph_build_info" in answer.text
