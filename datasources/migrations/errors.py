"""In charge of why a migration is not made, for whoever starts it."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.errors import BigraphError


class MigrationError(BigraphError):
    """A migration that cannot be made, or that failed; what it had begun in Postgres is undone."""

    code = "MIGRATION_FAILED"


class LossError(BigraphError):
    """Steps that would lose something, and nobody said that they may; nothing was done."""

    code = "MIGRATION_DESTRUCTIVE"

    def __init__(self, losses: Sequence[str]) -> None:
        listed = "".join(f"\n  {loss}" for loss in losses)
        hint = "\nIf that is what you want: python server.py migrate --allow-destructive"
        super().__init__(f"Nothing was done, since these steps lose something:{listed}", hint=hint)


def reason_of(error: BaseException) -> str:
    """What somebody's code, or a driver, says of its failure, in one line."""
    text = " ".join(str(error).partition("\n[SQL:")[0].partition(", full error")[0].split())
    return f"{type(error).__name__}: {text}".rstrip(": .")
