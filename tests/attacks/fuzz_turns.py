"""In charge of how long the server keeps people waiting, while others send whatever they like."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PATIENCE: Final = 60.0
"""Seconds after which what is not answered hangs; a busy machine is no fault."""
LONGEST: Final = 4.0
"""Seconds of a processor that the server may spend on others before it answers what is asked.

Those are all who came first, of whom there are two dozen; each is answered within a fraction of it.
"""
_PAUSE: Final = 0.05
_BODY: Final = b'{"query":"{ __typename }"}'
_HEADERS: Final = {"content-type": "application/json"}


class Turns:
    """Somebody who asks for next to nothing, again and again, by a connection of its own.

    What is measured is the time that the processor spent for the server's event loop: on a machine
    with much else to do that is no more than on another.
    """

    def __init__(self, address: tuple[str, int], process: int) -> None:
        self._address = address
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.asked = 0
        self.longest = 0.0
        """Seconds of a processor until an answer came."""
        self.wrong = list[str]()

    def begin(self) -> None:
        """From now on it asks."""
        self._thread.start()

    def end(self) -> None:
        """It has the answer to what it asked last."""
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.wait(_PAUSE) and len(self.wrong) < 3:
            before = spent(self._process)
            try:
                self._answered()
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.wrong.append(f"{{ __typename }} after {self.asked} answers: {error!r}")
            self.asked += 1
            self.longest = max(self.longest, spent(self._process) - before)

    def _answered(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=PATIENCE)
        try:
            connection.request("POST", "/graphql", _BODY, _HEADERS)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert answer.status in {200, 503}, (answer.status, content)

    def __str__(self) -> str:
        return f"{self.asked:,} asked beside, and waited for {self.longest:.2f} s of work at most"


@contextmanager
def others(address: tuple[str, int], process: int) -> Generator[Turns]:
    """While this lasts, somebody else asks the server as well."""
    turns = Turns(address, process)
    turns.begin()
    try:
        yield turns
    finally:
        turns.end()


def spent(process: int) -> float:
    """Seconds that the main thread of a process has had of a processor."""
    stat = Path(f"/proc/{process}/task/{process}/stat").read_text("utf-8")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
