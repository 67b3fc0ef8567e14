"""In charge of what others wrote for node, and tests judge by: installed by one lock, and run."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_JUDGES = Path(__file__).parent / "judges"
_INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
_SECONDS = 240

NEEDS_NODE = [pytest.mark.slow, pytest.mark.timeout(600)]
"""The marks of tests that have a ``Workshop``; they are skipped where npm is missing."""


def installed(cache: Path) -> Path:
    """The packages of the lock, in a folder that is kept; those of another lock are taken away.

    Processes that want them at once wait for the one that installs them.
    """
    names = ("package.json", "package-lock.json")
    digest = hashlib.sha256(b"".join((_JUDGES / name).read_bytes() for name in names))
    folder = cache / digest.hexdigest()[:16]
    whole = folder / "whole"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            for old in cache.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            folder.mkdir()
            for name in names:
                shutil.copy(_JUDGES / name, folder)
            subprocess.run(_INSTALL, cwd=folder, check=True, capture_output=True, timeout=_SECONDS)
            whole.touch()
    return folder / "node_modules"


@dataclass(frozen=True, slots=True)
class Workshop:
    """A folder of scripts that find the packages."""

    folder: Path

    @classmethod
    def of(cls, scripts: Path, folder: Path, packages: Path) -> Workshop:
        """A copy of the scripts, which may write beside themselves."""
        shutil.copytree(scripts, folder, dirs_exist_ok=True)
        (folder / "node_modules").symlink_to(packages)
        return cls(folder)

    async def run(self, *command: str) -> str:
        """What a command prints, which must succeed; servers of this process answer meanwhile."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        try:
            said, amiss = await asyncio.wait_for(process.communicate(), _SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, f"{said.decode()}\n{amiss.decode()}"
        return said.decode()

    async def tool(self, name: str, *arguments: str) -> str:
        """What a program of a package prints."""
        return await self.run(f"node_modules/.bin/{name}", *arguments)

    async def told(self, script: str, *arguments: str) -> Any:
        """What a script tells as JSON."""
        return json.loads(await self.run("node", script, *arguments))
