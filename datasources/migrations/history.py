"""In charge of a history of migrations as files: which there are. Reads names only.

A server that has nothing to migrate finds that out here, without loading Alembic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from datasources.migrations.errors import MigrationError

_NAME: Final = re.compile(r"(\d{4,})_\w*\.py")
_LONGEST_SLUG: Final = 40


@dataclass(frozen=True, slots=True)
class History:
    """The migrations in ``versions/`` of a folder: ``0001_as_it_begins.py`` is revision 0001."""

    folder: Path

    @property
    def versions(self) -> Path:
        """Where the files are."""
        return self.folder / "versions"

    @property
    def revisions(self) -> tuple[str, ...]:
        """Their numbers, the oldest first; raises ``MigrationError`` if one stands twice."""
        found = sorted(
            match[1] for path in self.versions.glob("*.py") if (match := _NAME.fullmatch(path.name))
        )
        for number, after in pairwise(found):
            if number == after:
                mend = "Two people wrote one each: give the later one the next number."
                raise MigrationError(f"There are two migrations {number}.", hint=mend)
        return tuple(found)

    @property
    def head(self) -> str | None:
        """The number of the newest; None if there is no history yet."""
        return self.revisions[-1] if self.revisions else None

    def next_file(self, message: str) -> Path:
        """Where a migration with this message is to be written; its revision is its number."""
        slug = re.sub(r"\W+", "_", message.lower()).strip("_")[:_LONGEST_SLUG].strip("_")
        number = int(self.head or 0) + 1
        return self.versions / f"{number:04}_{slug or 'changes'}.py"


def revision_of(file: Path) -> str:
    """The number that a migration's file begins with."""
    return file.name.partition("_")[0]
