"""Tests that failed in a group are run again, and no others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_TESTS = """
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("text", ["a@b", "c"])
def test_grouped(text):
    assert text != "a@b"

@pytest.mark.xdist_group("one")
def test_grouped_too():
    assert False

def test_alone():
    pass
"""


def _run(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "tests.groups", "-p", "no:randomly"]
    command += ["--rootdir", str(folder), "--quiet", *options, str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ran.stdout + ran.stderr


@pytest.mark.slow
def test_what_failed_in_a_group_is_run_again(tmp_path: Path) -> None:
    """By the very options that the Makefile gives."""
    (tmp_path / "test_some.py").write_text(_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    first = _run(tmp_path, "--numprocesses", "2", "--dist", "loadgroup")
    assert "2 failed, 2 passed" in first, first
    again = _run(tmp_path, "--last-failed", "--last-failed-no-failures", "none")
    assert "2 failed" in again, again
    assert "passed" not in again, again
