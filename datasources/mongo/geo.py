"""In charge of places in MongoDB: regions as queries and as expressions, and distances. Pure.

Points are stored as GeoJSON, longitude first. A query lets a 2dsphere index find them. Expressions
do without it; to them a value that is no point is null.
"""

from __future__ import annotations

import math
from typing import Any, Final, assert_never

from catalog.geo import (
    EARTH_RADIUS,
    Box,
    Edge,
    GeoPoint,
    Polygon,
    Region,
    Ring,
    Vector,
    around,
    edges,
    middle,
)

Condition = dict[str, Any]
Expression = dict[str, Any]
Value = str | Expression

_LATITUDE, _LONGITUDE = "$$latitude", "$$longitude"
_ARE_THERE: Final = {"$and": [{"$gt": [each, None]} for each in (_LATITUDE, _LONGITUDE)]}


def within(stored: str, region: Region) -> Condition:
    """The query document for points at a stored name that lie in a region."""
    match region:
        case Ring(center, most, least):
            outer = _in_circle(center, most)
            return {stored: {**outer, "$not": _in_circle(center, least)} if least else outer}
        case Box():
            return _in_box(stored, region)
        case Polygon(corners):
            ring = [[corner.longitude, corner.latitude] for corner in (*corners, corners[0])]
            return {
                stored: {"$geoWithin": {"$geometry": {"type": "Polygon", "coordinates": [ring]}}}
            }
        case _:
            assert_never(region)


def within_expression(value: str, region: Region) -> Expression:
    """Whether the point lies in a region, as an expression."""
    match region:
        case Ring(center, most, least):
            far = distance_expression(f"{value}.coordinates", center)
            both = {"$and": [{"$gte": ["$$far", least]}, {"$lte": ["$$far", most]}]}
            return {"$let": {"vars": {"far": far}, "in": both}}
        case Box():
            return _located(f"{value}.coordinates", _between(region), missing=False)
        case Polygon():
            return _located(f"{value}.coordinates", _inside(region), missing=False)
        case _:
            assert_never(region)


def distance_expression(coordinates: Value, origin: GeoPoint) -> Expression:
    """Metres from a pair of longitude and latitude to the origin; null for what is no such pair."""
    there, turn = math.radians(origin.latitude), math.radians(origin.longitude)
    latitude, longitude = _radians(_LATITUDE), _radians(_LONGITUDE)
    chord = {
        "$add": [
            _squared_half_sine(latitude, there),
            {
                "$multiply": [
                    {"$cos": latitude},
                    math.cos(there),
                    _squared_half_sine(longitude, turn),
                ]
            },
        ]
    }
    angle = {"$asin": {"$sqrt": {"$min": [chord, 1]}}}
    return _located(coordinates, {"$multiply": [2 * EARTH_RADIUS, angle]}, missing=None)


def coordinates_of(point: GeoPoint) -> Expression:
    """A given point's pair of longitude and latitude."""
    return {"$literal": [point.longitude, point.latitude]}


def _in_circle(center: GeoPoint, meters: float) -> Condition:
    radians = min(meters / EARTH_RADIUS, math.pi)
    return {"$geoWithin": {"$centerSphere": [[center.longitude, center.latitude], radians]}}


def _in_box(stored: str, box: Box) -> Condition:
    """By the coordinates; the circle around them is there for the index."""
    circle = around(box)
    latitudes = {f"{stored}.coordinates.1": {"$gte": box.south, "$lte": box.north}}
    longitude = f"{stored}.coordinates.0"
    if box.west <= box.east:
        longitudes: Condition = {longitude: {"$gte": box.west, "$lte": box.east}}
    else:
        longitudes = {"$or": [{longitude: {"$gte": box.west}}, {longitude: {"$lte": box.east}}]}
    near = {stored: _in_circle(circle.center, circle.most)} if circle else {}
    return {**near, **latitudes, **longitudes}


def _between(box: Box) -> Expression:
    latitudes = [{"$gte": [_LATITUDE, box.south]}, {"$lte": [_LATITUDE, box.north]}]
    sides = [{"$gte": [_LONGITUDE, box.west]}, {"$lte": [_LONGITUDE, box.east]}]
    return {"$and": [*latitudes, {"$and" if box.west <= box.east else "$or": sides}]}


def _inside(polygon: Polygon) -> Expression:
    """As `catalog.geo.contains` has it: past an odd number of sides."""
    latitude, longitude = _radians(_LATITUDE), _radians(_LONGITUDE)
    flat = {"$cos": latitude}
    direction = {
        "x": {"$multiply": [flat, {"$cos": longitude}]},
        "y": {"$multiply": [flat, {"$sin": longitude}]},
        "z": {"$sin": latitude},
    }
    passed = {"$add": [{"$cond": [_is_past(edge), 1, 0]} for edge in edges(polygon)]}
    odd = {"$eq": [{"$mod": [passed, 2]}, 1]}
    return {"$let": {"vars": direction, "in": {"$and": [_faces(middle(polygon)), odd]}}}


def _is_past(edge: Edge) -> Expression:
    return {"$and": [_faces(plane) for plane in (edge.below, edge.right, edge.left)]}


def _faces(plane: Vector) -> Expression:
    parts = zip(("$$x", "$$y", "$$z"), plane, strict=True)
    return {"$gt": [{"$add": [{"$multiply": [part, by]} for part, by in parts]}, 0]}


def _located(coordinates: Value, value: Expression, *, missing: object) -> Expression:
    """The value with the variables ``latitude`` and ``longitude`` there; else ``missing``."""
    pair = {"$cond": [{"$isArray": [coordinates]}, coordinates, list[Any]()]}
    parts = {"latitude": _number("$$pair", 1), "longitude": _number("$$pair", 0)}
    inner = {"$let": {"vars": parts, "in": {"$cond": [_ARE_THERE, value, missing]}}}
    return {"$let": {"vars": {"pair": pair}, "in": inner}}


def _number(pair: str, place: int) -> Expression:
    # Of what is no number, trigonometry fails the whole command.
    part = {"$arrayElemAt": [pair, place]}
    return {"$cond": [{"$isNumber": part}, part, None]}


def _radians(degrees: str) -> Expression:
    return {"$degreesToRadians": degrees}


def _squared_half_sine(angle: Value, other: float) -> Expression:
    half = {"$divide": [{"$subtract": [angle, other]}, 2]}
    return {"$pow": [{"$sin": half}, 2]}
