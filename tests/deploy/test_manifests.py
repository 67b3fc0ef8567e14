"""What deploy/ holds is what its readers' own schemas allow, and says what this server is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
OBJECTS: list[dict[str, Any]] = [
    each
    for path in sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
    for each in yaml.safe_load_all(path.read_text("utf-8"))
]
NOT_OURS = ("OTEL_",)


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.compose-spec", "deploy/compose.yaml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
        ("vendor.github-workflows", ".github/workflows/nightly.yml"),
        ("vendor.gitlab-ci", ".gitlab-ci.yml"),
    ],
)
def test_files_are_what_their_schemas_allow(schema: str, path: str) -> None:
    """By the schemas of Compose, GitHub and GitLab, which the checker brings along."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, str(ROOT / path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("each", OBJECTS, ids=lambda each: each["kind"])
def test_objects_are_what_kubernetes_allows(each: dict[str, Any]) -> None:
    """By its own schemas, in which nothing may be that they do not know."""
    kubernetes_validate.validate(each, "1.33", strict=True)


def test_only_settings_are_set() -> None:
    """Each variable is one of the server's, or of OpenTelemetry's."""
    (pod,) = [each["spec"]["template"]["spec"] for each in OBJECTS if each["kind"] == "Deployment"]
    named = {each["name"] for each in pod["containers"][0]["env"]}
    for service in ("bigraph", "migrate"):
        named |= COMPOSE["services"][service]["environment"].keys()
    known = {name.upper() for name in Settings.model_fields}
    assert {name for name in named if not name.startswith(NOT_OURS)} <= known


def test_ports_and_paths_are_those_of_the_image() -> None:
    """What probes ask, what Prometheus reads, and who may come, agree."""
    (pod,) = [each["spec"]["template"]["spec"] for each in OBJECTS if each["kind"] == "Deployment"]
    (container,) = pod["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports == {"http": 8000, "metrics": Settings.model_fields["metrics_port"].default}
    assert f"EXPOSE {ports['http']} {ports['metrics']}" in (ROOT / "Dockerfile").read_text("utf-8")
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    targets = scraped["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == [f"bigraph:{ports['metrics']}"]
    probes = [container[f"{name}Probe"]["httpGet"]["path"] for name in ("liveness", "readiness")]
    assert probes == ["/health/live", "/health/ready"]


def test_it_runs_as_nobody_and_writes_nowhere() -> None:
    """In both."""
    (pod,) = [each["spec"]["template"]["spec"] for each in OBJECTS if each["kind"] == "Deployment"]
    assert pod["securityContext"]["runAsNonRoot"]
    allowed = pod["containers"][0]["securityContext"]
    assert allowed["readOnlyRootFilesystem"]
    assert not allowed["allowPrivilegeEscalation"]
    assert allowed["capabilities"] == {"drop": ["ALL"]}
    assert COMPOSE["services"]["bigraph"]["read_only"]


def test_files_that_are_mounted_are_there() -> None:
    """What compose.yaml names beside it."""
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / "deploy" / source).is_dir(), volume
