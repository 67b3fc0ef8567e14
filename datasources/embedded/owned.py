"""In charge of whose databases a data directory holds: those of one package of models."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

from datasources.embedded.errors import EmbeddedError

_NOTE: Final = "models"


def check_owner(data_dir: Path, models: str) -> None:
    """Raises ``EmbeddedError`` for a directory that holds the databases of another package.

    Its tables, and the numbers of its migrations, would be taken for those of this one.
    """
    note = data_dir / _NOTE
    try:
        owner = note.read_text("utf-8")
    except (OSError, ValueError):
        return
    if owner != models:
        aside = shlex.quote(str(data_dir.with_name(f"{data_dir.name}-{models}")))
        raise EmbeddedError(
            f"{data_dir} holds the databases of {owner!r}, and not those of {models!r}.",
            hint=f"Keep these elsewhere: --data-dir {aside}. If {owner!r} has only got a new name, "
            f"remove {note}.",
        )


def note_owner(data_dir: Path, models: str) -> None:
    """Notes whose databases it holds, which `check_owner` reads; a note is worth no failure."""
    try:
        _ = (data_dir / _NOTE).write_text(models, "utf-8")
    except OSError:
        return
