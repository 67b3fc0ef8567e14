"""In charge of how long the parts of a request took: its stages, and its calls of stores.

Calls are noted where they end, as plain tuples; stages that most requests do not come to are timed
where they are. What is made of it is made for the few requests that somebody wants to know of.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from telemetry.tally import Tally, current

MOST_STEPS: Final = 100
"""Calls of stores that are noted of one request."""


class Step(NamedTuple):
    """One call of a store: when it began, by `time.perf_counter`, and for how many seconds.

    ``told`` makes a text of what was ``asked``, without values.
    """

    system: str
    operation: str
    began: float
    seconds: float
    rows: int
    failed: str
    asked: Any
    told: Callable[[Any], str]


def steps_of(tally: Tally) -> list[Step]:
    """The calls of a request, in the order in which they began."""
    return sorted((Step(*each) for each in tally.steps), key=lambda step: step.began)


@contextmanager
def stage(name: str) -> Generator[None]:
    """Times a stage of the request being served, which may come to it more than once."""
    began = time.perf_counter()
    try:
        yield
    finally:
        stages = current().stages
        stages[name] = stages.get(name, 0.0) + time.perf_counter() - began


def busy(steps: Iterable[Step]) -> float:
    """Seconds in which at least one of these calls was under way; they are in order."""
    total = until = 0.0
    for step in steps:
        end = step.began + step.seconds
        total += max(0.0, end - max(until, step.began))
        until = max(until, end)
    return total


def stages_of(tally: Tally, now: float) -> dict[str, float]:
    """Seconds of each stage up to now: what came before the operation, it, and what was left.

    Of stores it is the time in which one was waited for, ``complete`` is what was done beside that.
    """
    steps = steps_of(tally)
    waits = {
        system: busy(step for step in steps if step.system == system)
        for system in dict.fromkeys(step.system for step in steps)
    }
    read_at = tally.read_at or tally.began  # of a request with files nobody notes it
    done = now - read_at - sum(tally.stages.values()) - busy(steps)
    return {
        "read": read_at - tally.began,
        **tally.stages,
        **waits,
        "complete": max(0.0, done),
        "total": now - tally.began,
    }
