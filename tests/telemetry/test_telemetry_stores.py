"""Spans of store calls: OpenTelemetry's database conventions, and the counts in the tally."""

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import db_attributes
from opentelemetry.trace import SpanKind

from telemetry import begin, store_span

SQL = "SELECT carrier FROM flights WHERE origin = $1"


def test_a_statement(recorded: InMemorySpanExporter):
    """A client span named by operation and table, with the parametrised text."""
    tally = begin()
    with store_span(
        "postgresql", "SELECT", "flights", query=SQL, namespace="app", address="127.0.0.1"
    ) as call:
        call.returned(7)
    (statement,) = recorded.get_finished_spans()
    assert statement.name == "SELECT flights"
    assert statement.kind is SpanKind.CLIENT
    assert dict(statement.attributes or {}) == {
        db_attributes.DB_SYSTEM_NAME: "postgresql",
        db_attributes.DB_NAMESPACE: "app",
        db_attributes.DB_OPERATION_NAME: "SELECT",
        db_attributes.DB_COLLECTION_NAME: "flights",
        db_attributes.DB_QUERY_TEXT: SQL,
        db_attributes.DB_QUERY_SUMMARY: "SELECT flights",
        db_attributes.DB_RESPONSE_RETURNED_ROWS: 7,
        "server.address": "127.0.0.1",
    }
    assert (tally.rows, tally.store_calls) == (7, {"postgres": 1})


def test_a_batch(recorded: InMemorySpanExporter):
    """The size of a batch is told from two operations on."""
    for size in (1, 2):
        with store_span("mongodb", "insert", "notes", batch=size):
            pass
    one, two = recorded.get_finished_spans()
    assert db_attributes.DB_OPERATION_BATCH_SIZE not in (one.attributes or {})
    assert (two.attributes or {})[db_attributes.DB_OPERATION_BATCH_SIZE] == 2


@pytest.mark.parametrize("traced", [False, True])
def test_calls_and_rows_are_counted(traced: bool, request: pytest.FixtureRequest):
    """By store, traced or not, failed calls too; what the cache returns is no row."""
    if traced:
        request.getfixturevalue("recorded")
    tally = begin()
    for system in ("postgresql", "mongodb", "redis", "redis"):
        with store_span(system, "read") as call:
            call.returned(10)
    with pytest.raises(OSError, match="gone"), store_span("mongodb", "read"):
        raise OSError("gone")
    assert tally.store_calls == {"postgres": 1, "mongo": 2, "redis": 2}
    assert tally.rows == 20
