"""In charge of what is remembered: what was asked for lately, up to a weight in all.

There are two generations, as of what is kept at hand (`athand.py`): the younger takes in what comes
and what is asked for of the elder, and takes its place when it weighs half of what all may.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Weighed(Protocol):
    """What has a weight, which may grow."""

    @property
    def weight(self) -> int:
        """In a unit of its own kind, such as characters."""
        ...


K = TypeVar("K", bound=Hashable)
W = TypeVar("W", bound=Weighed)


class Remembered(Generic[K, W]):
    """Things by key, of which none may weigh more than half of ``most``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[K, W] = {}
        self._old: dict[K, W] = {}
        self._young_weight = 0

    @property
    def weight(self) -> int:
        """Of everything."""
        things = (*self._young.values(), *self._old.values())
        return sum(thing.weight for thing in things)

    def find(self, key: K) -> W | None:
        """What is remembered by this key."""
        thing = self._young.get(key)
        if thing is None and (thing := self._old.pop(key, None)) is not None:
            self.keep(key, thing)
        return thing

    def keep(self, key: K, thing: W) -> None:
        """Remembers it, in place of what was there."""
        self._make_room(thing.weight)
        self._young[key] = thing

    def grow(self, weight: int) -> None:
        """Says that what was found or kept last weighs so much more."""
        self._young_weight += weight

    def _make_room(self, weight: int) -> None:
        if self._young_weight + weight > self._most / 2:
            self._old, self._young, self._young_weight = self._young, {}, 0
        self._young_weight += weight
