"""Fields of planes that need a read of their own."""

import strawberry

from models.flight import Flight
from models.plane import Plane
from schema import Cost, extends, requires


@extends(Plane)
class LastFlight:
    """Where a plane was seen last."""

    @strawberry.field(
        description="Its latest flight from New York.",
        directives=[Cost(weight="2")],  # it sorts all flights of a plane
    )
    @requires("tailnum")
    async def last_flight(self, info: strawberry.Info) -> Flight | None:
        """One batch for all planes of the answer, whatever their number."""
        flights = await info.context.load(
            Flight,
            {"tailnum": self.tailnum},
            order_by=[{"timeHour": "DESC"}],
            first=1,
        )
        return flights[0] if flights else None
