"""In charge of what is made of a value before it is compared or ordered by: how far, how like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.geo import GeoPoint

LEAST_SIMILARITY: Final = 0.3
"""Of texts that are called similar; it is what indexes of trigrams are made for."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A text that another must resemble, by at least this share of the trigrams of both.

    The share is from `LEAST_SIMILARITY` to 1.
    """

    to: str
    at_least: float


@dataclass(frozen=True, slots=True)
class Distance:
    """How many metres a point is away from a given one."""

    given: GeoPoint


@dataclass(frozen=True, slots=True)
class Similarity:
    """The share of trigrams that a text has in common with a given one, from 0 to 1."""

    given: str


@dataclass(frozen=True, slots=True)
class Rank:
    """How well a row answers a given search; it is of the row, so it stands at the path ``()``."""

    given: str


Gauge = Distance | Similarity | Rank
