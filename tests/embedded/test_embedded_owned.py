"""A data directory holds the databases of one package of models."""

from pathlib import Path

import pytest

from datasources.embedded import EmbeddedError, check_owner, note_owner


def test_those_of_another_package_are_let_be(tmp_path: Path) -> None:
    """It is said whose they are, and how to go on; a space in the way does no harm."""
    data_dir = tmp_path / "a b" / ".data"
    check_owner(data_dir, "models")  # nothing is there yet
    data_dir.mkdir(parents=True)
    check_owner(data_dir, "models")  # made by an earlier version, which noted nothing
    note_owner(data_dir, "models")
    check_owner(data_dir, "models")
    with pytest.raises(EmbeddedError) as refused:
        check_owner(data_dir, "shop")
    assert "holds the databases of 'models', and not those of 'shop'" in refused.value.message
    assert f"--data-dir '{data_dir}-shop'" in str(refused.value.hint)
    (data_dir / "models").unlink()
    check_owner(data_dir, "shop")


def test_a_note_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    """The servers run, after all."""
    note_owner(tmp_path / "missing", "models")
    check_owner(tmp_path / "missing", "shop")
