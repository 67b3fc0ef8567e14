"""The server audits of graphql-http, the reference implementation's own judge."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs node and npm"),
]


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The audit script with graphql-http beside it, installed from its lock."""
    folder = tmp_path_factory.mktemp("auditor")
    for name in ("package.json", "package-lock.json", "audit.mjs"):
        shutil.copy(HERE / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=240)
    return folder / "audit.mjs"


def test_every_audit_is_passed(auditor: Path, server_url: str) -> None:
    """No audit fails, and none warns."""
    command = ["node", str(auditor), f"{server_url}/graphql"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    audits = json.loads(done.stdout)
    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []
