"""In charge of processes: started, pinned, watched in /proc, and ended by their id."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def pinned(core: int, command: Sequence[str]) -> list[str]:
    """The command on one core; as it is where there is but one, or no taskset."""
    if shutil.which("taskset") is None or len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004
        return list(command)
    cores = sorted(os.sched_getaffinity(0))
    return ["taskset", "--cpu-list", str(cores[core]), *command]


@asynccontextmanager
async def running(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process from entering to leaving, which is asked to end, and killed if it will not."""
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # our terminal's Ctrl-C is for us to pass on
        )
    try:
        yield process
    finally:
        await asyncio.shield(_ended(process))


async def _ended(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()


def cpu_seconds(process: int) -> float:
    """What a process and all below it have used so far, those that ended included."""
    return sum(sum(map(int, _stat(it)[11:15])) for it in _family(process)) * _TICK


def resident_bytes(process: int) -> int:
    """The memory of a process and all below it; pages that they share count for each."""
    return sum(int(_stat(it)[21]) for it in _family(process)) * _PAGE


def _family(process: int) -> Iterator[int]:
    """It and all below it, by what each says of its parent: a list of children may lack some."""
    below = defaultdict[int, list[int]](list)
    for each in Path("/proc").glob("[0-9]*"):
        below[int(_stat(int(each.name))[1])].append(int(each.name))
    found = [process]
    for each in found:
        yield each
        found += below[each]


def _stat(process: int) -> list[str]:
    """The fields of /proc/<id>/stat from the third on; zeros for one that has gone."""
    with suppress(OSError):
        return Path("/proc", str(process), "stat").read_text().rpartition(")")[2].split()
    return ["0"] * 50
