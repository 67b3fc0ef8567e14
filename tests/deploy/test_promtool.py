"""Prometheus's own tool takes our files, and has each alert fire when it is to, and not before."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml
from running import Running

from tests.tools import need

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
FIRED = "exp_alerts"


def promtool(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """What it says; skips where it is not installed."""
    program = need("promtool (Debian: apt-get install prometheus)", "promtool")
    return subprocess.run(
        [program, *arguments], cwd=FOLDER, input=given, capture_output=True, text=True, check=False
    )


def test_it_takes_the_configuration_and_its_rules() -> None:
    """With nothing left out."""
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    ran = promtool("check", "config", "prometheus.yml")
    assert ran.returncode == 0, ran.stderr
    assert f"{len(rules)} rules found" in ran.stdout


def test_alerts_fire_when_they_are_to() -> None:
    """By series of the metrics that they look at."""
    ran = promtool("test", "rules", "alerts.test.yml")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_each_alert_is_seen_to_fire_and_not_to() -> None:
    """So that none is forgotten there."""
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    cases = yaml.safe_load((FOLDER / "alerts.test.yml").read_text("utf-8"))["tests"]
    tried = [each for case in cases for each in case["alert_rule_test"]]
    names = {rule["alert"] for rule in rules}
    assert {each["alertname"] for each in tried if each.get(FIRED)} == names
    assert {each["alertname"] for each in tried if not each.get(FIRED)} == names


def test_what_a_server_tells_is_well_formed(server: Running) -> None:
    """By Prometheus's own reader; one name is OpenTelemetry's, whatever a linter thinks of it."""
    found = re.search(r"Metrics are at +(\S+)", server.said)
    assert found
    text = httpx.get(found[1], timeout=40).text
    ran = promtool("check", "metrics", given=text)
    said = [line for line in ran.stderr.splitlines() if line]
    assert [line.partition(" ")[0] for line in said] == ["db_client_connection_count"]
