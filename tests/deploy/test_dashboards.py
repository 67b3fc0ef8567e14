"""The dashboard and the alerts name nothing that a running server does not measure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from running import Running

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana/dashboards/bigraph.json").read_text("utf-8"))
ALERTS = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))

PROMETHEUS_OWN = {"up": {"job", "instance"}}
"""What Prometheus itself says of whom it reads."""

READ = {"job", "instance", "le"}
"""Labels that Prometheus adds, and that of a histogram's parts."""


def panels() -> Iterator[dict[str, Any]]:
    """Those that show something."""
    yield from (each for each in DASHBOARD["panels"] if each["type"] != "row")


def asked() -> dict[str, str]:
    """Each expression, by where it stands."""
    shown = {
        f"panel {panel['title']}": target["expr"].replace("$__rate_interval", "5m")
        for panel in panels()
        for target in panel["targets"]
    }
    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    return shown | {f"alert {rule['alert']}": rule["expr"] for rule in rules}


def selectors_in(node: Any) -> Iterator[Any]:
    """The series that an expression selects."""
    if isinstance(node, promql.VectorSelector):
        yield node
    for name in ("vector_selector", "expr", "lhs", "rhs", "args", "param"):
        below = getattr(node, name, None)
        for each in below if isinstance(below, list) else [below]:
            if each is not None and not isinstance(each, (str, int, float)):
                yield from selectors_in(each)


@pytest.fixture(scope="module")
def measured(server: Running) -> dict[str, set[str]]:
    """The names of all samples that a server may give, and the labels of those that it has."""
    found = re.search(r"Metrics are at +(\S+)", server.said)
    assert found
    query = "query Seen { flights(first: 1) { nodes { id } } } "
    httpx.post(f"{server.url()}/graphql", json={"query": query}, timeout=40).raise_for_status()
    text = httpx.get(found[1], timeout=40).text
    named: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}
        labels = {name for sample in family.samples for name in sample.labels}
        for ending in endings.get(family.type, ("",)):
            named[family.name + ending] = labels
    return named


@pytest.mark.parametrize("where", asked())
def test_what_is_asked_is_measured(where: str, measured: dict[str, set[str]]) -> None:
    """Every expression is PromQL, and each metric and label in it is one of a running server."""
    selected = [*selectors_in(promql.parse(asked()[where]))]
    assert selected
    known = measured | PROMETHEUS_OWN
    for each in selected:
        assert each.name in known, where
        unknown = {m.name for m in each.matchers.matchers} - READ - known[each.name]
        # A series that nothing has happened to yet has no labels to compare.
        assert not (known[each.name] and unknown), where


def test_a_dashboard_has_what_grafana_wants() -> None:
    """Panels with numbers of their own, that stand beside each other and not upon each other."""
    numbers = [each["id"] for each in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))
    taken: set[tuple[int, int]] = set()
    for each in DASHBOARD["panels"]:
        at = each["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, each["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert all(panel["title"] and panel["description"] for panel in panels())


def test_every_alert_says_what_it_is_about() -> None:
    """And whether it wakes somebody."""
    for group in ALERTS["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert {"summary", "description"} <= rule["annotations"].keys()
