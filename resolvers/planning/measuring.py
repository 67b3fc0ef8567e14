"""In charge of the arguments of likeness, search and geography: what they measure by, checked.

Variables may stand inside them; then the value is put together when the request brings theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from catalog.gauges import LEAST_SIMILARITY, Likeness
from catalog.geo import Box, GeoPoint, Polygon, Region, Ring, fault_of
from catalog.query import Operator
from resolvers.errors import GeoError, InputError
from resolvers.planning.variables import assembled

Raw = Mapping[str, Any]

_POLES, _DATE_LINE = 90, 180
_MOST_CORNERS: Final = 1000


def measured_value(operator: Operator, raw: Any) -> Any:
    """What ``SIMILAR``, ``NEAR`` and ``WITHIN`` compare with. Raises ``InputError``."""
    return assembled(MEASURES[operator], raw)


def _likeness(raw: Raw) -> Likeness:
    least = raw.get("threshold")
    least = LEAST_SIMILARITY if least is None else float(least)
    if not LEAST_SIMILARITY <= least <= 1:
        hint = f"Give a share of trigrams from {LEAST_SIMILARITY} to 1."
        raise InputError(f"threshold is {least}.", hint=hint)
    return Likeness(raw["to"], least)


def point(raw: Raw) -> GeoPoint:
    """The point of these degrees. Raises ``GeoError``."""
    return GeoPoint(_degrees(raw, "latitude", _POLES), _degrees(raw, "longitude", _DATE_LINE))


def _near(raw: Raw) -> Ring:
    least = 0.0 if raw.get("minMeters") is None else _meters(raw, "minMeters")
    most = _meters(raw, "maxMeters")
    if least > most:
        raise GeoError(f"minMeters is {least:g}, which is more than maxMeters.")
    return Ring(point(raw), most, least)


def _within(raw: Raw) -> Region:
    ((shape, said),) = raw.items()
    return _SHAPES[shape](said)


def _circle(raw: Raw) -> Ring:
    return Ring(point(raw), _meters(raw, "meters"))


def _box(raw: Raw) -> Box:
    south, north = (_degrees(raw, side, _POLES) for side in ("south", "north"))
    west, east = (_degrees(raw, side, _DATE_LINE) for side in ("west", "east"))
    if south > north:
        raise GeoError(f"south is {south:g}, which is north of {north:g}.")
    return Box(south, west, north, east)


def _polygon(raw: list[Raw]) -> Polygon:
    corners = tuple(map(point, raw[: _MOST_CORNERS + 1]))
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners = corners[:-1]
    fault = f"has more than {_MOST_CORNERS} corners" if len(corners) > _MOST_CORNERS else None
    if fault := fault or fault_of(corners):
        hint = "Give at least three corners, in the order of its sides, none of which may cross."
        raise GeoError(f"The polygon {fault}.", hint=hint)
    return Polygon(corners)


def _degrees(raw: Raw, name: str, most: int) -> float:
    degrees = float(raw[name])
    if not -most <= degrees <= most:
        raise GeoError(f"{name} is {degrees:g}.", hint=f"It lies between -{most} and {most}.")
    return degrees


def _meters(raw: Raw, name: str) -> float:
    meters = float(raw[name])
    if not 0 <= meters < float("inf"):
        raise GeoError(f"{name} is {meters:g}, but must not be negative.")
    return meters


_SHAPES: Mapping[str, Callable[[Any], Region]] = {
    "circle": _circle,
    "box": _box,
    "polygon": _polygon,
}
MEASURES: Mapping[Operator, Callable[[Any], Any]] = {
    Operator.SIMILAR: _likeness,
    Operator.NEAR: _near,
    Operator.WITHIN: _within,
}
"""What makes the value of an operator that takes more than a value of its field's type."""
