"""In charge of what a request shows of who sent it, whatever protocol it came by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from auth.principal import Principal


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of who sent it."""

    authorization: Sequence[str]
    """Its `Authorization` headers."""
    proofs: Sequence[str]
    """Its `DPoP` headers."""
    method: str
    url: str
    """As the client wrote it."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who asks, as long as that can be believed."""

    principal: Principal
    holds: Callable[[], bool]
    """Whether it still can."""


class Authenticates(Protocol):
    """Finds out who asks."""

    def recalled(self, authorization: bytes) -> Principal | None:
        """Who showed this `Authorization` before, if it is good still and needs no proof.

        At once, for nobody need be asked.
        """
        ...

    async def vouched(self, shown: Shown) -> Vouched:
        """Who asks; raises ``TokenError``, or ``IssuerError`` if that cannot be found out now."""
        ...

    async def close(self) -> None:
        """Gives back every connection."""
        ...
