"""Real clients: Apollo's by hash and by its manifest, Relay's compiled operations, codegen's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import ROOT, Running

from datasources.embedded import EmbeddedUrls

HERE = Path(__file__).parent / "clients"
ANSWER = ["UA", "UA"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs node and npm"),
]


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clients, installed from their lock, and what their compilers make."""
    folder = tmp_path_factory.mktemp("clients")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    shutil.copy(ROOT / "schema" / "schema.graphql", folder)
    (folder / "trusted").mkdir()
    (folder / "trusted" / "relay.json").write_text("{}")
    run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    run(folder, "node_modules/.bin/relay-compiler", "relay.config.json")
    run(folder, "node_modules/.bin/graphql-codegen", "--config", "codegen.json")
    run(folder, "node_modules/.bin/generate-persisted-query-manifest")
    shutil.copy(folder / "generated" / "persisted-documents.json", folder / "trusted")
    return folder


@pytest.fixture(scope="module")
def enforcing(
    clients: Path, sample_servers: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Running]:
    """A server of the sample that answers what these clients may ask for, and nothing else."""
    environment = {
        "DATABASE_URL": sample_servers.postgres or "",
        "MONGO_URL": sample_servers.mongo or "",
        "REDIS_URL": sample_servers.redis or "",
        "MONGO_DRIVER": os.environ.get("MONGO_DRIVER", "pymongo"),
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "TRUSTED_DOCUMENTS": str(clients / "trusted"),
        "TRUSTED_MODE": "enforce",
    }
    running = Running(tmp_path_factory.mktemp("enforcing") / "said.txt", environment)
    running.url()
    yield running
    assert running.stop() == 0, running.said


def run(folder: Path, *command: str) -> str:
    """What it prints."""
    done = subprocess.run(
        command, cwd=folder, check=False, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def told(clients: Path, url: str, way: str) -> dict[str, Any]:
    """What each client got, and how it asked."""
    return json.loads(run(clients, "node", "clients.mjs", f"{url}/graphql", way))


def test_apollo_client_sends_its_text_once(clients: Path, server_url: str):
    """The hash by GET, which is not known; both by POST; and then the hash will do."""
    first = told(clients, server_url, "apq")["apollo"]
    assert first["carriers"] == ANSWER
    assert first["sent"] == ["GET", "POST text", "GET"]
    second = told(clients, server_url, "apq")["apollo"]
    assert second["sent"] == ["GET", "GET"]


def test_compiled_operations_are_all_that_is_answered(clients: Path, enforcing: Running):
    """By the ids that each compiler made, without a text."""
    got = told(clients, enforcing.url(), "manifest")
    assert {name: client["carriers"] for name, client in got.items()} == dict.fromkeys(
        ("apollo", "relay", "codegen"), ANSWER
    )
    assert {way for client in got.values() for way in client["sent"]} == {"GET", "POST"}
    refused = httpx.post(f"{enforcing.url()}/graphql", json={"query": "{ __typename }"})
    assert refused.status_code == 403
    assert "3 documents are trusted; all others are refused, GraphiQL's too." in enforcing.said
