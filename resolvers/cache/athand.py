"""In charge of what is kept in this process: for seconds, and never more than so many bytes.

There are two generations. The younger takes in what comes, and takes the elder's place as soon as
it is as old as an answer may become, or takes half of all bytes. So nothing is ever looked for to
be thrown away, and an answer that no room was taken from stays for its whole time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from catalog.query import Key
from resolvers.cache.kept import Kept, Lookup, weight_of

LOCAL_SECONDS: Final = 2.0
"""How long an answer is kept here; Redis keeps it longer, and for all processes."""

_RENEWED_AFTER: Final = 0.75  # of its time
_MOST: Final = 1 / 8
"""The part of all bytes that one answer may take."""
_NONE: Final[Mapping[Key, Kept]] = MappingProxyType({})


class Found(NamedTuple):
    """What is there of some keys, which keys are not, and which will not be for long."""

    answers: dict[Key, Kept]
    missing: list[Key]
    ageing: list[Key]


class AtHand:
    """Answers by lookup and key; with no bytes to take, it is always empty."""

    def __init__(self, most_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes = most_bytes
        self._clock = clock
        self._young: dict[Lookup, dict[Key, Kept]] = {}
        self._old: dict[Lookup, dict[Key, Kept]] = {}
        self._bytes = self._old_bytes = 0
        self._born = clock()

    @property
    def weight(self) -> int:
        """The bytes that are taken at most."""
        return self._bytes + self._old_bytes

    def find(self, lookup: Lookup, keys: Iterable[Key]) -> Found:
        """What is there of these keys. An ageing one is told once: who hears of it renews it."""
        now = self._clock()
        found = Found({}, [], [])
        young, old = self._young.get(lookup, _NONE), self._old.get(lookup, _NONE)
        for key in keys:
            kept = young.get(key) or old.get(key)
            if kept is None or kept.ends <= now:
                found.missing.append(key)
                continue
            found.answers[key] = kept
            if kept.renewal <= now:
                kept.renewal = kept.ends
                found.ageing.append(key)
        return found

    def keep(self, lookup: Lookup, answers: Mapping[Key, Kept], seconds: float) -> None:
        """Keeps the answers for so many seconds, or for as long as it keeps anything."""
        now, life = self._clock(), min(seconds, LOCAL_SECONDS)
        asked = weight_of(lookup.values)
        for key, kept in answers.items():
            weight = 2 * kept.weight  # itself, and what is told of it
            if max(asked, weight) > self._most_bytes * _MOST:
                continue
            if now - self._born > LOCAL_SECONDS or self._bytes + asked + weight > self._room:
                self._turn(now)
            kept.ends, kept.renewal = now + life, now + life * _RENEWED_AFTER
            if lookup not in self._young:
                self._young[lookup] = {}
                self._bytes += asked
            self._young[lookup][key] = kept
            self._bytes += weight

    @property
    def _room(self) -> float:
        return self._most_bytes / 2

    def _turn(self, now: float) -> None:
        self._old, self._old_bytes = self._young, self._bytes
        self._young, self._bytes, self._born = {}, 0, now
