"""In charge of comparing what does the same in several ways: in turn, in many short rounds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

ROUNDS: Final = 120

Asks = Callable[[], Awaitable[object]]


class Taken(NamedTuple):
    """Milliseconds of one request: all, and those of CPU."""

    all: float
    cpu: float


async def taken(ask: Asks, requests: int) -> Taken:
    """What each of so many requests takes, which are made by asking once."""
    started, cpu = time.perf_counter(), time.process_time()
    await ask()
    ended, cpu_ended = time.perf_counter(), time.process_time()
    return Taken((ended - started) * 1000 / requests, (cpu_ended - cpu) * 1000 / requests)


async def in_turn(ways: Sequence[Callable[[], Awaitable[Taken]]]) -> list[list[Taken]]:
    """For each round what each way has taken; every one comes first as often as any other."""
    rounds: list[list[Taken]] = []
    for number in range(ROUNDS):
        found = {at: await ways[at]() for at in _turn(number, len(ways))}
        rounds.append([found[at] for at in range(len(ways))])
    return rounds


def line(
    title: str, first: str, rounds: list[list[Taken]], compared: Sequence[tuple[int, int, str]]
) -> str:
    """The milliseconds of the first way, and the ratios of those compared: medians of rounds.

    Each is a way, another that it is compared with, and what that is called.
    """
    parts = [f"{title:<14}"]
    for name in ("all", "cpu"):
        times = [[getattr(each, name) for each in one] for one in rounds]
        parts.append(f"{name} {first} {statistics.median(one[0] for one in times):6.3f} ms")
        for at, of, said in compared:
            ratio = statistics.median(one[at] / one[of] for one in times)
            parts.append(f"{said} ×{ratio:5.3f}")
    return "  ".join(parts)


def _turn(number: int, size: int) -> Sequence[int]:
    turn = [(number // 2 + at) % size for at in range(size)]
    return turn[::-1] if number % 2 else turn
