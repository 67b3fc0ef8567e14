"""What is installed is pinned, by version and hash, and nothing says from where."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = sorted(
    path
    for room in ("requirements", "benchmarks", "tests/attacks/judges")
    for path in (ROOT / room).glob("*.txt")
)
NODE = sorted(
    path
    for path in ROOT.rglob("package-lock.json")
    if not {"node_modules", ".pytest_cache"} & {*path.parts}
)


@pytest.mark.parametrize("lock", PYTHON, ids=lambda path: path.name)
def test_each_python_package_has_one_version_and_hashes(lock):
    """And the file holds no address, nor an option that would bring one."""
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^ *-(?!-hash)", text, re.MULTILINE)
    packages = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages
    for package in packages:
        assert re.match(r"[\w.\-\[\]]+==\S+ ", package), package
        assert "--hash=sha256:" in package, package


@pytest.mark.parametrize("lock", NODE, ids=lambda path: path.parent.name)
def test_each_node_package_has_one_version_and_a_hash(lock):
    """A lock of npm's names addresses unless it is told not to."""
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or (package["version"] and package["integrity"]), name


def test_hooks_before_a_commit_run_nobody_elses_code():
    """Each hook is a tool of ours."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert set(re.findall(r"- repo: (\S+)", hooks)) == {"local"}
    entries = re.findall(r"entry: (\S+)", hooks)
    assert entries
    assert all(entry.startswith(".venv/bin/") for entry in entries)
