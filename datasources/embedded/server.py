"""In charge of what an embedded server is: the promises that each of the three keeps."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from signal import Signals
from typing import Literal, Protocol

from datasources.embedded.errors import EmbeddedError
from datasources.embedded.process import Program

ServerName = Literal["postgres", "mongo", "redis"]


class Server(Protocol):
    """One server: where it lives, how it is run, asked and stopped."""

    @property
    def name(self) -> ServerName:
        """The name of its folder, its log and its lines on the terminal."""
        ...

    @property
    def log(self) -> Path:
        """The file that its output is appended to."""
        ...

    @property
    def url(self) -> str:
        """An ordinary URL for its driver, the same after every restart."""
        ...

    @property
    def stop_signal(self) -> Signals:
        """Asks it to finish at once, in good order."""
        ...

    async def prepare(self) -> Program:
        """The program to run, its data made or mended; cheap when there is nothing to do.

        Raises EmbeddedError where it cannot be run, OSError where its folder cannot be used.
        """
        ...

    async def answers(self) -> bool:
        """Whether it answers its own protocol now; at most two seconds."""
        ...

    def leftovers(self) -> Sequence[int]:
        """Ids of processes of this data that may outlive the main one when it is killed."""
        ...


def package_folder(package: str, server: ServerName) -> Path:
    """Where an installed package lies, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"{server} cannot be started: the package that holds it, {package}, is not installed.",
            hint=f"`make serve` installs it; or point {_SETTING[server]} at a server of your own.",
        )
    return Path(spec.submodule_search_locations[0])


_SETTING: dict[ServerName, str] = {
    "postgres": "DATABASE_URL",
    "mongo": "MONGO_URL",
    "redis": "REDIS_URL",
}
