"""In charge of what an operator lets those do who stay connected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.errors import exceeded
from edge.errors import HttpError


@dataclass(frozen=True, slots=True)
class LiveRules:
    """One value for all connections that last. Times are in seconds."""

    init_seconds: float = 5.0
    """How long a socket may take to say who it is."""
    operations: int = 100
    """Under way on one connection at once."""
    connections: int = 100
    """Of one principal at once, in this process."""
    connections_of_address: int = 1000
    """Of one address at once, in this process."""
    message_bytes: int = 1_000_000
    """Of one message of a WebSocket, at most."""
    pulse: float = 20.0
    """Between two signs of life to who is sent nothing else."""


LIVE: Final = LiveRules()
"""What holds where an operator says nothing."""


def too_many_operations(most: int) -> HttpError:
    """Of one more than may be under way on a connection."""
    message = f"{most} operations of a connection may be under way."
    return HttpError(429, "TOO_MANY_OPERATIONS", message, details=exceeded(most + 1, most))
