"""In charge of the places servers live at: the lock on the data, socket folders and ports."""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import re
import shutil
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from datasources.embedded.errors import EmbeddedError

# sun_path holds 107 bytes, and PostgreSQL's file name takes 14 of them.
_LONGEST_SOCKET_FOLDER = 92
# Below the range that Linux and macOS take outgoing ports from, so that nobody is given it by
# chance while its server restarts.
_PORTS = range(20_000, 32_000)


@contextmanager
def locked(data_dir: Path) -> Generator[None]:
    """Hold the data directory: at most one process runs servers in it at any time."""
    with (data_dir / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise EmbeddedError(
                f"The embedded servers in {data_dir} are already run by process {lock.read()}.",
                hint="Stop it, give this one another data directory, or the URLs that it printed.",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def socket_folder(home: Path) -> Generator[Path]:
    """A folder whose path fits a Unix socket: `home`, or a short one that is removed afterwards.

    The short one has the same name at each start, so one left by a SIGKILL is found and removed.
    """
    if _fits(home):
        yield home
        return
    short = _short_folder(home)
    with suppress(FileNotFoundError):
        shutil.rmtree(short)
    # Fails if another user made it first: whoever owns the folder owns the socket.
    short.mkdir(mode=0o700)
    try:
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    for port in random.sample(_PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise EmbeddedError("No free port was found on 127.0.0.1.")


def _short_folder(home: Path) -> Path:
    name = f"bigraph-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    here = Path(tempfile.gettempdir(), name)
    return here if _fits(here) else Path("/tmp", name)  # noqa: S108 - the name is ours alone


def _fits(folder: Path) -> bool:
    # PostgreSQL and libpq part lists of folders and hosts at commas; libpq takes a leading @ and
    # PostgreSQL quotes as syntax.
    short = len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER
    return short and not re.search(r'[,"@]', str(folder))
