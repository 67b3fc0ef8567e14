"""In charge of all embedded servers together: one data directory, one start, one orderly stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, assert_never

from datasources.embedded.child import Child
from datasources.embedded.errors import EmbeddedError
from datasources.embedded.places import free_port, locked, socket_folder
from datasources.embedded.postgres import Postgres
from datasources.embedded.secantus import Secantus
from datasources.embedded.server import Server, ServerName
from datasources.embedded.valkey import Valkey

# Stopped the other way round: the cache first, the ledger last.
_ORDER: tuple[ServerName, ...] = ("postgres", "mongo", "redis")


@dataclass(frozen=True, slots=True)
class EmbeddedUrls:
    """Where each server answers; None: it was not asked for."""

    postgres: str | None
    mongo: str | None
    redis: str | None

    def named(self) -> dict[str, str]:
        """Those that there are, by the names that people know them by."""
        urls = {"PostgreSQL": self.postgres, "MongoDB": self.mongo, "Valkey": self.redis}
        return {name: url for name, url in urls.items() if url}


class Supervisor:
    """Runs embedded servers from entering it to leaving it; their data stays in `data_dir`.

    `say` gets one line for each death of a server, which is then restarted at the same URL.
    Enter it in a thread that stays: Linux ends the servers when that thread ends.
    """

    def __init__(
        self, data_dir: Path, servers: Collection[ServerName], *, say: Callable[[str], None]
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._names: list[ServerName] = [name for name in _ORDER if name in servers]
        self._say = say
        self._children: dict[ServerName, Child] = {}
        self._running = AsyncExitStack()
        self.urls = EmbeddedUrls(None, None, None)

    async def __aenter__(self) -> Self:
        """Return once all servers answer; raises EmbeddedError, with nothing left running."""
        async with AsyncExitStack() as stack:
            try:
                await self._start(stack)
            except OSError as error:
                raise EmbeddedError(
                    f"The data directory {self._data_dir} cannot be used: {error}.",
                    hint="Give another one, or give this one to the user who runs this.",
                ) from error
            self._running = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Return once all servers are stopped, killed where they do not stop in time."""
        await self._running.aclose()

    def pids(self) -> Mapping[str, int]:
        """The process id of each server that runs now."""
        return {name: child.pid for name, child in self._children.items() if child.pid is not None}

    async def _start(self, stack: AsyncExitStack) -> None:
        logs = self._data_dir / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        stack.enter_context(locked(self._data_dir))
        for name in self._names:
            server = self._server(name, _fresh(logs / f"{name}.log"), stack)
            self._children[name] = Child(server, say=self._say)
            stack.push_async_callback(self._children[name].stop)
        await _all_started(self._children.values())
        urls = {name: child.server.url for name, child in self._children.items()}
        self.urls = EmbeddedUrls(urls.get("postgres"), urls.get("mongo"), urls.get("redis"))

    def _server(self, name: ServerName, log: Path, stack: AsyncExitStack) -> Server:
        folder = self._data_dir / name
        match name:
            case "postgres":
                return Postgres(folder, log, stack.enter_context(socket_folder(folder)))
            case "redis":
                return Valkey(folder, log, stack.enter_context(socket_folder(folder)))
            case "mongo":
                return Secantus(folder, log, free_port())
            case _:
                assert_never(name)


def _fresh(log: Path) -> Path:
    """The path of a log that starts now; the one of the last run is kept beside it."""
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    return log


async def _all_started(children: Collection[Child]) -> None:
    """Start all at the same time; the first failure cancels the others and is raised alone."""
    try:
        async with asyncio.TaskGroup() as starts:
            for child in children:
                starts.create_task(child.start())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
