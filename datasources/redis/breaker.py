"""In charge of deciding when a failing server is asked again; pure but for its clock."""

import time
from collections.abc import Callable
from typing import Literal


class Breaker:
    """Closed while all is well; opened by the first failure; then, after ``cooldown`` seconds,
    half-open: exactly one caller is told to probe, and its outcome closes or re-opens it.
    """

    __slots__ = ("_clock", "_opened", "_probing", "cooldown")

    def __init__(
        self, *, cooldown: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.cooldown = cooldown
        self._clock = clock
        self._opened: float | None = None
        self._probing = False

    @property
    def state(self) -> Literal["closed", "open", "half-open"]:
        """Where it stands; half-open only while the probe runs."""
        if self._opened is None:
            return "closed"
        return "half-open" if self._probing else "open"

    @property
    def closed(self) -> bool:
        """Whether the server may be asked."""
        return self._opened is None

    def claim_probe(self) -> bool:
        """True for the one caller that must now probe, and then call `trip` or `reset`."""
        if self._opened is None or self._probing:
            return False
        self._probing = self._clock() - self._opened >= self.cooldown
        return self._probing

    def trip(self) -> bool:
        """A failure. True if this opened it.

        One that arrives late, while it is open and nobody probes, does not put off the probe.
        """
        was_closed = self._opened is None
        if was_closed or self._probing:
            self._opened = self._clock()
        self._probing = False
        return was_closed

    def reset(self) -> bool:
        """A success of the probe. True if this closed it."""
        was_closed = self._opened is None
        self._opened, self._probing = None, False
        return not was_closed
