"""In charge of what an operator lets requests do over HTTP, whatever they ask of the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class HttpRules:
    """One value for all requests."""

    guards_get: bool = True
    """Whether a query by GET is to show that no other site's page asks."""


SAFE: Final = HttpRules()
"""What holds where an operator says nothing."""
