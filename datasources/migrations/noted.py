"""In charge of where the stores are, and where a MongoDB notes what its migrations need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OWN: Final = "bigraph_migrations"
"""The collection in which a graph without Postgres notes its revision, and who migrates."""


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the stores of the graph are; None for one that holds nothing of it."""

    postgres: str | None
    mongo: str | None
