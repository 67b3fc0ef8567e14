"""Counts: how root fields are completed, where somebody asked for it."""

import json
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from telemetry import counts
from tests.library.library import Library
from tests.library.sources import DownSource

PROGRAM = """
import os
from telemetry import count_completion, logs, tracing
logs.configure("info", "json")
shutdown = tracing.configure(os.environ, service_version="1")
count_completion("rows")
shutdown()
"""


@pytest.fixture
def reader() -> Iterator[InMemoryMetricReader]:
    """What is counted within the test."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    counts.install(provider)
    yield reader
    counts.install(None)
    provider.shutdown()


def counted(reader: InMemoryMetricReader) -> dict[tuple[str, ...], int]:
    """How often by form and reason."""
    data = reader.get_metrics_data()
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    assert (metric.name, metric.unit) == ("bigraph.completions", "{root_field}")
    return {tuple(point.attributes.values()): point.value for point in metric.data.data_points}


async def test_each_root_field_is_counted_by_its_form(reader):
    """What graphql-core completes has a reason."""
    library = Library()
    await library.ask_directly(
        "{ books { totalCount } openingHours novels { title } __typename"
        " __schema { queryType { name } } shelves(first: -1) { totalCount } }"
    )
    await Library(postgres=DownSource).ask_directly("{ books { totalCount } }")
    assert counted(reader) == {
        ("rows",): 1,
        ("resolvers",): 2,
        ("standard", "introspection"): 1,
        ("standard", "input"): 1,
        ("standard", "store"): 1,
    }


def test_counts_go_where_the_standard_variables_say(run):
    """To the console, for one; and nowhere unless somebody asks."""
    done = run(PROGRAM, {"OTEL_METRICS_EXPORTER": "console"})
    (metrics,) = json.loads(done.stdout)["resource_metrics"]
    (metric,) = metrics["scope_metrics"][0]["metrics"]
    assert metric["name"] == "bigraph.completions"
    assert metric["data"]["data_points"][0]["attributes"] == {"bigraph.completion.form": "rows"}
    assert run(PROGRAM).stdout == ""


def test_another_exporter_is_refused(run):
    """With the variable's name."""
    done = run(PROGRAM, {"OTEL_METRICS_EXPORTER": "prometheus"})
    assert "OTEL_METRICS_EXPORTER is 'prometheus'" in done.stderr


async def test_changes_of_both_stores_are_counted_by_what_became_of_them(reader):
    """Beside the completions."""
    for outcome in ("made", "made", "parked"):
        counts.count_two_stores(outcome)
    data = reader.get_metrics_data()
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    assert metric.name == "bigraph.two_store_changes"
    told = {tuple(point.attributes.items()): point.value for point in metric.data.data_points}
    outcome = "bigraph.two_stores.outcome"
    assert told == {((outcome, "made"),): 2, ((outcome, "parked"),): 1}
