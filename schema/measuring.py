"""In charge of the inputs of likeness, search and geography, the same for all entities."""

from __future__ import annotations

from enum import Enum

import strawberry

from schema.costs import COMPARED
from schema.ordering import Ordering


@strawberry.enum(description="The order of what a search found.", directives=[COMPARED])
class SearchRanking(Enum):
    """How well a row answers the search, best first."""

    RANK = "RANK"


@strawberry.input(description="A text to be like.")
class TextLikeness:
    """What `similar` compares with."""

    to: str
    threshold: float | None = strawberry.field(
        default=0.3, description="The share of trigrams that both have, from 0.3 to 1."
    )


@strawberry.input(description="An order by likeness.")
class TextLikenessOrder:
    """What an order by similarity measures."""

    to: str = strawberry.field(description="What the most similar come first to.")
    direction: Ordering = Ordering.DESC


@strawberry.input(description="A place by its degrees.")
class GeoPosition:
    """Where something is."""

    latitude: float = strawberry.field(description="Degrees north of the equator, -90 to 90.")
    longitude: float = strawberry.field(description="Degrees east of Greenwich, -180 to 180.")


@strawberry.input(description="What lies around a place.")
class GeoNear(GeoPosition):
    """What `near` compares with."""

    max_meters: float
    min_meters: float | None = strawberry.UNSET


@strawberry.input(description="The area of all that is no farther from a place than this.")
class GeoCircle(GeoPosition):
    """A part of Earth."""

    meters: float


@strawberry.input(
    description="The area between two parallels and two meridians, eastwards from west to east."
)
class GeoBox:
    """A part of Earth."""

    south: float
    west: float
    north: float
    east: float


@strawberry.input(description="A part of Earth.", one_of=True)
class GeoArea:
    """What `within` compares with."""

    circle: GeoCircle | None = strawberry.UNSET
    box: GeoBox | None = strawberry.UNSET
    polygon: list[GeoPosition] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Its corners in order; sides are the shortest ways between them.",
        directives=[COMPARED],
    )


@strawberry.input(description="An order by distance.")
class GeoPointOrder:
    """What an order of points measures."""

    distance_from: GeoPosition
    direction: Ordering = Ordering.ASC
