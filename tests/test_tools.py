"""Where a program of others is missing, that is told; and in CI it is a failure."""

from __future__ import annotations

import pytest

from tests.tools import need, need_node, not_run


@pytest.fixture
def _nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BIGRAPH_CI", raising=False)


@pytest.mark.usefixtures("_nothing_here")
def test_who_needs_it_is_skipped_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """By BIGRAPH_CI."""
    with pytest.raises(pytest.skip.Exception, match="not installed: promtool"):
        need("promtool", "promtool")
    with pytest.raises(pytest.skip.Exception, match="not installed: node"):
        need_node()
    monkeypatch.setenv("BIGRAPH_CI", "1")
    with pytest.raises(pytest.fail.Exception, match="not installed: promtool"):
        need("promtool", "promtool")


def test_the_end_says_for_want_of_what() -> None:
    """And nothing of tests that were skipped for other reasons."""

    class Report:
        def __init__(self, why: str) -> None:
            self.longrepr = ("a file", 1, f"Skipped: {why}")

    reports = [Report("not installed: npm"), Report("not installed: npm"), Report("too early")]
    assert not_run(reports) == {"npm": 2}
