"""In charge of a real SecantusDB, which speaks MongoDB's protocol, that tests may ill-treat."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("secantusd-py")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Secantus:
    """A server of its own, on a loopback port, with its data and log in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "test") -> str:
        """Where the database is; a database comes to be with its first document."""
        return f"mongodb://127.0.0.1:{self.port}/{database}"

    def start(self, *options: str) -> None:
        """Starts it, and waits until it listens."""
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--cache-size", "64M"]
        where += ["--storage-path", str(self._folder / "data"), *options]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), *where], stdout=log, stderr=log, cwd=self._folder
            )
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.02)
        raise AssertionError((self._folder / "log").read_text())

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal; after SIGKILL it is gone."""
        assert self._process is not None
        self._process.send_signal(number)
        if number is signal.SIGKILL:
            self._process.wait()

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
