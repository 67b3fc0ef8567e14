"""In charge of places on Earth: points, regions, how far apart and what lies in what.

The Earth is MongoDB's, a sphere of 6,378.1 km. Lengths are metres, lines are great circles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

EARTH_RADIUS: Final = 6_378_100.0

_HALF: Final = 180  # of the degrees around it

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A point by its degrees; in a document it is stored as a GeoJSON point."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Ring:
    """What is at least ``least`` and at most ``most`` metres away from the centre."""

    center: GeoPoint
    most: float
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Box:
    """What is between two parallels and two meridians; across the 180th if west is past east."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """What is inside a closed line along these corners, which fit into half of the Earth."""

    corners: tuple[GeoPoint, ...]


Region = Ring | Box | Polygon


@dataclass(frozen=True, slots=True)
class Edge:
    """A side of a polygon, as three planes: a point is past it if it lies on these sides of them.

    It lies so if the way from the point to a place outside crosses the side.
    """

    below: Vector
    right: Vector
    left: Vector


def distance(one: GeoPoint, other: GeoPoint) -> float:
    """Metres from one point to the other."""
    here, there = math.radians(one.latitude), math.radians(other.latitude)
    turn = math.radians(other.longitude - one.longitude)
    chord = math.sin((there - here) / 2) ** 2
    chord += math.cos(here) * math.cos(there) * math.sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(chord, 1.0)))


def contains(region: Region, point: GeoPoint) -> bool:
    """Whether the point lies in the region; on its very edge it may or may not."""
    match region:
        case Ring(center, most, least):
            return least <= distance(center, point) <= most
        case Box(south, west, north, east):
            if not south <= point.latitude <= north:
                return False
            if west <= east:
                return west <= point.longitude <= east
            return point.longitude >= west or point.longitude <= east
        case Polygon():
            return _inside(region, vector(point))
        case _:
            assert_never(region)


def around(box: Box) -> Ring | None:
    """A circle that holds the whole box; none for a box that spans more than half of the Earth."""
    width = (box.east - box.west) % (2 * _HALF)
    if width > _HALF or box.east - box.west == 2 * _HALF:
        return None
    middle = (box.west + width / 2 + _HALF) % (2 * _HALF) - _HALF
    center = GeoPoint((box.south + box.north) / 2, middle)
    corners = (GeoPoint(latitude, box.west) for latitude in (box.south, box.north))
    # A little more, lest rounding leave out a corner.
    return Ring(center, max(distance(center, corner) for corner in corners) + 1)


def vector(point: GeoPoint) -> Vector:
    """The point on a sphere of radius 1."""
    latitude, longitude = math.radians(point.latitude), math.radians(point.longitude)
    flat = math.cos(latitude)
    return flat * math.cos(longitude), flat * math.sin(longitude), math.sin(latitude)


def middle(polygon: Polygon) -> Vector:
    """The direction of the polygon's middle; nothing inside is 90 degrees or more away from it."""
    return _sum(*map(vector, polygon.corners))


def edges(polygon: Polygon) -> Iterator[Edge]:
    """The sides; a point nearer than 90 degrees to the middle is inside if past an odd number."""
    outside = _outside(middle(polygon))
    for a, b in _sides(polygon.corners):
        normal, right, left = _cross(a, b), _cross(outside, b), _cross(outside, a)
        if _dot(normal, outside) > 0:
            yield Edge(_scaled(normal, -1), _scaled(right, -1), left)
        else:
            yield Edge(normal, right, _scaled(left, -1))


def is_past(edge: Edge, point: Vector) -> bool:
    """Whether the way from the point to a place outside crosses the side."""
    return all(_dot(plane, point) > 0 for plane in (edge.below, edge.right, edge.left))


def fault_of(corners: Sequence[GeoPoint]) -> str | None:
    """Why these corners make no polygon; None if they do."""
    if len(corners) < 3 or len(set(corners)) < len(corners):  # noqa: PLR2004 (a triangle)
        return "has fewer than three corners, or one of them twice"
    center = _sum(*map(vector, corners))
    if any(_dot(center, vector(corner)) <= 0 for corner in corners):
        return "spans half of the Earth, or more"
    sides = list(_sides(corners))
    for at, (a, b) in enumerate(sides):
        others = sides[at + 2 : len(sides) - (at == 0)]  # a side meets its neighbours
        if any(_cross_over(a, b, c, d) for c, d in others):
            return "has sides that cross"
    return None


def _inside(polygon: Polygon, point: Vector) -> bool:
    if _dot(middle(polygon), point) <= 0:
        return False
    return sum(is_past(edge, point) for edge in edges(polygon)) % 2 == 1


def _sides(corners: Sequence[GeoPoint]) -> Iterator[tuple[Vector, Vector]]:
    vectors = [*map(vector, corners)]
    return zip(vectors, [*vectors[1:], vectors[0]], strict=True)


def _outside(center: Vector) -> Vector:
    """A direction 90 degrees from the centre, and one that few shapes are lined up with."""
    axis = min(((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)), key=lambda each: abs(_dot(each, center)))
    one = _unit(_cross(center, axis))
    other = _unit(_cross(center, one))
    return _sum(_scaled(one, 0.6018), _scaled(other, 0.7986))


def _cross_over(a: Vector, b: Vector, c: Vector, d: Vector) -> bool:
    ab, cd = _cross(a, b), _cross(c, d)
    turns = (-_dot(ab, c), _dot(ab, d), -_dot(cd, b), _dot(cd, a))
    return all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)


def _cross(a: Vector, b: Vector) -> Vector:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _sum(*vectors: Vector) -> Vector:
    x, y, z = (sum(parts) for parts in zip(*vectors, strict=True))
    return x, y, z


def _scaled(a: Vector, by: float) -> Vector:
    return a[0] * by, a[1] * by, a[2] * by


def _unit(a: Vector) -> Vector:
    return _scaled(a, 1 / math.sqrt(_dot(a, a)))
