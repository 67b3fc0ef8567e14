"""Places on Earth: distances that are known, and areas that are easily got wrong."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.geo import (
    EARTH_RADIUS,
    Box,
    GeoPoint,
    Polygon,
    Ring,
    around,
    contains,
    distance,
    fault_of,
)

POINTS = st.builds(GeoPoint, st.floats(-90, 90), st.floats(-180, 180))
LAWS = settings(max_examples=200, database=None, derandomize=True)


def polygon(*corners: tuple[float, float]) -> Polygon:
    """The polygon of these corners."""
    return Polygon(tuple(GeoPoint(*corner) for corner in corners))


def test_distances_are_those_of_the_sphere():
    """A quarter and half of the way around it, and Paris to London."""
    quarter = EARTH_RADIUS * math.pi / 2
    assert distance(GeoPoint(0, 0), GeoPoint(90, 0)) == pytest.approx(quarter)
    assert distance(GeoPoint(0, 0), GeoPoint(0, 180)) == pytest.approx(2 * quarter)
    paris, london = GeoPoint(48.8566, 2.3522), GeoPoint(51.5074, -0.1278)
    assert distance(paris, london) == pytest.approx(343_900, rel=1e-3)


@LAWS
@given(POINTS, POINTS)
def test_distance_has_no_direction(one, other):
    """And is nothing from a point to itself."""
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert distance(one, one) == 0


SQUARE = polygon((40, -75), (40, -73), (41, -73), (41, -75))
HORSESHOE = polygon((0, 0), (0, 10), (10, 10), (5, 5), (10, 0))
POLE = polygon((80, 0), (80, 90), (80, 180), (80, -90))


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        (SQUARE, [(40.5, -74)], [(40.5, -76), (39.5, -74), (-40.5, 106), (40.5, 106)]),
        (HORSESHOE, [(2, 5), (7, 1), (7, 9)], [(9, 5), (-1, 5)]),
        (POLE, [(90, 17), (85, 45)], [(70, 0), (-90, 0)]),
        (polygon((-5, 175), (-5, -175), (5, 180)), [(0, 180), (0, -179)], [(0, 0), (0, 170)]),
        (Box(-5, 175, 5, -175), [(0, 180), (0, -180), (5, 176)], [(0, 0), (6, 180)]),
        (Box(-90, -180, 90, 180), [(90, 0), (0, -180), (-90, 180)], []),
        (Ring(GeoPoint(0, 0), 120_000, 100_000), [(1, 0), (0, -1)], [(0, 0), (2, 0)]),
    ],
)
def test_what_lies_in_what(region, inside, outside):
    """Concave ones, around a pole and across the 180th meridian."""
    assert all(contains(region, GeoPoint(*each)) for each in inside)
    assert not any(contains(region, GeoPoint(*each)) for each in outside)


SHARES = st.tuples(st.floats(0, 1), st.floats(0, 1))


@LAWS
@given(st.floats(-90, 89), st.floats(0, 1), st.floats(-180, 180), st.floats(0.1, 179.9), SHARES)
def test_the_circle_around_a_box_leaves_nothing_out(south, height, west, width, shares):
    """An index may look there only."""
    north = south + height * (90 - south)
    box = Box(south, west, north, _turned(west + width))
    point = GeoPoint(south + shares[0] * (north - south), _turned(west + shares[1] * width))
    circle = around(box)
    assert circle
    assert contains(circle, point)


def _turned(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


@LAWS
@given(POINTS, st.integers(3, 12), st.floats(0.01, 60))
def test_a_polygon_around_a_point_is_about_a_circle(center, corners, degrees):
    """What is well inside the circle through its middle sides is in, what is outside it is out."""
    assume(abs(center.latitude) < 89)
    turns = [turn * 2 * math.pi / corners for turn in range(corners)]
    shape = Polygon(tuple(_at(center, degrees, turn) for turn in turns))
    assert fault_of(shape.corners) is None
    inner = math.degrees(math.atan(math.tan(math.radians(degrees)) * math.cos(math.pi / corners)))
    for turn in (0.1, 1.3, 2.9, 4.4):
        assert contains(shape, _at(center, inner * 0.99, turn))
        assert not contains(shape, _at(center, degrees * 1.01, turn))


def _at(center: GeoPoint, degrees: float, bearing: float) -> GeoPoint:
    """The point so far away in a direction."""
    here, far = math.radians(center.latitude), math.radians(degrees)
    sine = math.sin(here) * math.cos(far) + math.cos(here) * math.sin(far) * math.cos(bearing)
    turn = math.atan2(
        math.sin(bearing) * math.sin(far) * math.cos(here), math.cos(far) - math.sin(here) * sine
    )
    latitude = math.degrees(math.asin(max(-1.0, min(1.0, sine))))
    return GeoPoint(latitude, _turned(center.longitude + math.degrees(turn)))


@pytest.mark.parametrize(
    ("corners", "fault"),
    [
        ([(0, 0), (0, 1)], "fewer than three"),
        ([(0, 0), (0, 1), (0, 0)], "one of them twice"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "cross"),
        ([(0, 0), (0, 120), (0, -120)], "half of the Earth"),
        ([(40, -75), (40, -73), (41, -73), (41, -75)], None),
        ([(0, 0), (0, 10), (10, 10), (5, 5), (10, 0)], None),
    ],
)
def test_what_makes_no_polygon(corners, fault):
    """Sides meet at corners only."""
    found = fault_of([GeoPoint(*corner) for corner in corners])
    assert found is None if fault is None else fault in str(found)
