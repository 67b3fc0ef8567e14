"""In charge of how fast a core is at the moment, by a little work that is always the same.

What a machine that others share can do differs by the second, by half and more. A process of its
own tells how much of the core's time the same work takes, some twenty times a second.

    python -m faults.pace CORE
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_ROUNDS: Final = 20_000
"""Of the work: a millisecond or two."""

_PAUSE: Final = 0.05


class Pace:
    """The core's: what was told of it is read from a file."""

    def __init__(self, told: Path) -> None:
        self._told = told

    def between(self, began: float, ended: float) -> float:
        """How often the work could be done in a second of the core, from a monotonic time on."""
        each = [[*map(float, line.split())] for line in self._told.read_text("ascii").splitlines()]
        taken = [seconds for at, seconds in each if began <= at < ended]
        return len(taken) / sum(taken)


@contextmanager
def pace(core: int, told: Path) -> Generator[Pace]:
    """While this is open it is measured; ``told`` is the file that it is written to."""
    with told.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", __name__, str(core)], stdout=file)
    try:
        yield Pace(told)
    finally:
        process.kill()
        process.wait()


def main(core: int) -> None:
    """Prints when each piece of work began and its seconds, until whoever asked is gone."""
    os.sched_setaffinity(0, {core})
    parent = os.getppid()
    while os.getppid() == parent:
        at, began = time.monotonic(), time.process_time()
        _work()
        print(f"{at} {time.process_time() - began}", flush=True)
        time.sleep(_PAUSE)


def _work() -> dict[int, str]:
    """As a server's: small objects, and names."""
    return {number: str(number) for number in range(_ROUNDS)}


if __name__ == "__main__":
    main(int(sys.argv[1]))
