"""In charge of what an operator lets requests do over HTTP, whatever they ask of the graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from edge.caching import Caching
from edge.insight import NOBODY, Insight


@dataclass(frozen=True, slots=True)
class HttpRules:
    """One value for all requests."""

    guards_get: bool = True
    """Whether a query by GET is to show that no other site's page asks."""
    gzip_from: int | None = 1000
    """How long an answer is at least, in bytes, that goes out in gzip; without it none does."""
    batch_limit: int = 0
    """How many requests may be in one body; with 0 a list of them is refused."""
    seconds: float = 60.0
    """How long a request may take, from when it is read."""
    origins: tuple[str, ...] = ()
    """Of whose pages, beside our own, browsers let ask."""
    caching: Caching = field(default_factory=Caching)
    """For how long caches on the way may keep answers by GET."""
    insight: Insight = NOBODY
    """Who may be told how a request is answered."""
    slow_seconds: float | None = None
    """What takes longer is told in the log with its steps; without it nothing is."""


SAFE: Final = HttpRules()
"""What holds where an operator says nothing."""
