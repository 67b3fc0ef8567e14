"""In charge of who asks: one value, the same for every way of signing in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: ``subject`` is None for a visitor who is not signed in."""

    issuer: str | None = None
    subject: str | None = None
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    claims: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    policies: frozenset[str] = frozenset()
    """What the user's function has granted for this operation, of what it was asked."""


ANONYMOUS = Principal()
