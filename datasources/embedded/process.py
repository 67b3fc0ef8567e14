"""In charge of child processes: none outlives us, none hears our Ctrl-C, all write to files."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals

# Loaded before any fork: between fork and exec nothing may be imported.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a program runs as: a `wrapper` before its command, or other ids; by default as us."""

    wrapper: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A command with all that it needs; `orphan_signal` is what it gets if we die first."""

    command: tuple[str, ...]
    folder: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    account: Account = Account()
    orphan_signal: Signals = signal.SIGKILL


async def spawn(program: Program, *, stdin: int = DEVNULL) -> Process:
    """The running process; raises OSError where the program cannot be executed.

    Call it from a thread that lives as long as the process shall: Linux sends the orphan signal
    when the forking *thread* ends.
    """
    account = program.account
    with program.log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *account.wrapper,
            *program.command,
            stdin=stdin,
            stdout=output,
            stderr=STDOUT,
            cwd=program.folder,
            env=program.environment,
            start_new_session=True,
            user=account.user,
            group=account.group,
            extra_groups=None if account.user is None else [],
            preexec_fn=_tie_to_parent(program.orphan_signal),
        )


async def run(program: Program, *, stdin: bytes = b"") -> None:
    """Run a program to its end; raises ChildProcessError if it fails. Cancelled, it is killed."""
    process = await spawn(program, stdin=PIPE)
    try:
        await process.communicate(stdin)
    finally:
        await kill(process)
    if process.returncode != 0:
        name = Path(program.command[0]).name
        raise ChildProcessError(f"{name} {how_it_ended(process)}: {last_complaint(program.log)}")


async def end(process: Process, stop_signal: Signals, *, seconds: float) -> None:
    """Ask the process to stop and wait; SIGKILL after `seconds`, or when the wait is cancelled."""
    try:
        with suppress(ProcessLookupError):
            process.send_signal(stop_signal)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), seconds)
    finally:
        await kill(process)


async def kill(process: Process) -> None:
    """SIGKILL the process if it still runs, and wait until it is gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def how_it_ended(process: Process) -> str:
    """The end of a process in words: its exit status, or the signal that ended it."""
    status = process.returncode or 0
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was ended by {Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


def last_complaint(log: Path) -> str:
    """The line of a log that most likely says why: its last error, else its last line."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    written = [line for line in lines if line]
    errors = [line for line in written if re.search(r"fatal|panic|error", line, re.IGNORECASE)]
    return (errors or written or ["it said nothing"])[-1]


def _tie_to_parent(orphan_signal: Signals) -> Callable[[], None] | None:
    """What the child does before exec, so that the kernel ends it when we die, SIGKILL included.

    Only Linux can do that; elsewhere an orphan is met, and refused by its lock, at the next start.
    """
    libc, parent = _LIBC, os.getpid()
    if libc is None:
        return None

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, orphan_signal.value, 0, 0, 0)
        if os.getppid() != parent:  # we died before the call above
            os._exit(1)

    return tie
