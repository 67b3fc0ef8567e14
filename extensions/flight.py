"""Fields of flights that no column holds."""

import strawberry

from models.flight import Flight
from schema import extends, requires

LATE = 15
"""Minutes; the U.S. Department of Transportation calls a flight on time below this."""


@extends(Flight)
class Punctuality:
    """What travellers ask of a flight."""

    @strawberry.field(description="It arrived less than 15 minutes late; false if cancelled.")
    @requires("arr_delay")
    def on_time(self) -> bool:
        """Computed from one column, which is read because the field requires it."""
        return self.arr_delay is not None and self.arr_delay < LATE
