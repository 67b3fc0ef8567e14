"""In charge of the server as a process of its own: started, read, asked to end, and cleaned up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from settings import Settings

ROOT = Path(__file__).parents[1]


class Running:
    """`python server.py serve` as a process of its own, with what it said so far in a file."""

    def __init__(self, said: Path, environment: dict[str, str], *arguments: str) -> None:
        self._said = said
        with said.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "server.py"), "serve", "--port", "0", *arguments],
                cwd=ROOT,
                env={**_without_settings(), **environment},
                stderr=file,
                stdout=file,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything on its terminal."""
        return self._said.read_text("utf-8")

    def url(self, seconds: float = 60) -> str:
        """The address, once it serves."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(r"GraphQL is at +(http://\S+)/graphql", self.said):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(self.said)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 20) -> int:
        """Ends it by a signal; its exit status."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        return self.process.wait(seconds)


def _without_settings() -> dict[str, str]:
    """The environment of this process, without what would be settings of the server."""
    named = {name.upper() for name in Settings.model_fields}
    return {key: value for key, value in os.environ.items() if key not in named}


def left_in(folder: Path) -> list[int]:
    """The processes whose command line or working directory names a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                place = str((entry / "cwd").readlink())
            except OSError:
                continue
            if str(folder) in command or place.startswith(str(folder)):
                found.append(int(entry.name))
    return found


def eventually(holds: Callable[[], Any], *, seconds: float) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False
