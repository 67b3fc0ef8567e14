"""What users' resolvers cost is measured of answers that are equal."""

import pytest

from benchmarks import completion


def test_each_query_has_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """One round is enough to see that both ways answer, and alike."""
    monkeypatch.setattr(completion, "ROUNDS", 1)
    completion.main()
    told = capsys.readouterr().out.splitlines()
    assert [line.partition("  ")[0].rstrip() for line in told] == [*completion.QUERIES]
