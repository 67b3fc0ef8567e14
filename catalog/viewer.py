"""In charge of who asks, as far as a store may be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Protocol


class Viewer(Protocol):
    """Who asks; ``subject`` is None for a visitor who is not signed in."""

    @property
    def issuer(self) -> str | None:
        """Who says so."""
        ...

    @property
    def subject(self) -> str | None:
        """By whose name the issuer knows them."""
        ...

    @property
    def scopes(self) -> AbstractSet[str]:
        """What their token is for."""
        ...

    @property
    def roles(self) -> AbstractSet[str]:
        """What they are."""
        ...

    @property
    def claims(self) -> Mapping[str, Any]:
        """All that their token says."""
        ...
