"""In charge of what a run is to show: figures set beforehand, and which of them it reached."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from benchmarks.results import OURS, Results
from benchmarks.servers import SERVERS
from benchmarks.shapes import SHAPES

STUDIED = ("row", "hundred", "tree", "thousand", "fivethousand")
LARGE = ("tree", "thousand", "fivethousand", "deep")
"""Nested, or of many rows."""
EVERYWHERE = tuple(it.name for it in SHAPES)
MEMORY = 150
"""Megabytes of one worker, after the run."""
COLD = 5
"""Milliseconds of CPU for a document that was never seen before, its answer included."""


@dataclass(frozen=True, slots=True)
class Target:
    """One figure: what it is to be, and what it is in this run."""

    aim: str
    bound: float
    kind: Literal["at least", "at most"]
    unit: str
    reached: float | None
    """None where it was not measured."""
    place: str = ""
    """The shape that came out worst, if it is about several."""

    @property
    def verdict(self) -> str:
        """In a word, or three."""
        if self.reached is None:
            return "not measured"
        kept = self.reached >= self.bound if self.kind == "at least" else self.reached <= self.bound
        return "met" if kept else "**not met**"


def targets(results: Results) -> Iterator[Target]:
    """All of them, whether they could be measured or not."""
    yield _ratio(results, "route", 1, STUDIED, "the first five shapes")
    yield _ratio(results, "mercurius", 1.2, STUDIED[:1], "the first shape")
    yield _ratio(results, "mercurius", 2, STUDIED[1:], "the next four")
    yield _ratio(results, "mercurius", 2, ["hybrid"], "across the stores, Redis warm")
    yield _ratio(results, "postgraphile", 3, EVERYWHERE, "everywhere")
    yield _ratio(results, "strawberry", 10, EVERYWHERE, "everywhere")
    yield _ratio(results, "strawberry", 25, LARGE, "nested and large")
    (unseen,) = (it for it in SHAPES if it.name == "unseen")
    cold, memory = results.cpu(unseen, OURS, "server"), results.memory_at_end.get(OURS.name)
    yield Target("a document never seen before", COLD, "at most", " ms of CPU", cold)
    yield Target("memory after the run", MEMORY, "at most", " MB", memory and memory / 1e6)


def _ratio(results: Results, name: str, least: float, shapes: Collection[str], told: str) -> Target:
    """Requests a second for each of a peer's, where it is the fewest."""
    (peer,) = (it for it in SERVERS if it.name == name)
    asked = [(results.ratio(it, peer), it.title) for it in SHAPES if it.name in shapes]
    found = [(value, title) for value, title in asked if value is not None]
    worst, place = min(found, default=(None, ""))
    aim = f"{peer.title}: {told}"
    return Target(aim, least, "at least", " times", worst, place if len(shapes) > 1 else "")
