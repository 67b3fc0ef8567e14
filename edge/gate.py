"""In charge of how many requests are let in: no more than the process can answer in time.

It is its event loop that tells. If what is due has to wait for its turn again and again, there is
more to do than time, and every request more makes all of them later. So fewer are let in, until
the wait is as it should be; then more again. After one long wait nobody can tell as yet: until the
next look no more are begun than were under way. Who comes beside them is held, and let in or
refused then; but refused at once if there would be more than could be let in before.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, Protocol

from edge.unread import Unread
from telemetry import count_refused, logger

_EVERY: Final = 0.1
"""Seconds between two looks."""

_LEAST: Final = 16
"""Requests that are let in however long they take: a few large answers are no overload."""

_GROWTH: Final = 1.1
_TOLD_AFTER: Final = 0.3
"""Seconds until a client is told: who asks again at once would only be in the way of others."""

_SAID_EVERY: Final = 5.0
_log = logger("overload")


@dataclass(frozen=True, slots=True)
class Bearable:
    """How many ``requests`` may be under way, and for how long what is due may wait for its turn.

    ``lag`` is in seconds, as is ``patience``: how long a client may take for a request's head, for
    its body, or to take in some of an answer. And ``keep_alive``: how long it may ask nothing.
    """

    requests: int = 1000
    lag: float = 0.2
    patience: float = 10.0
    keep_alive: float = 75.0


USUAL: Final = Bearable()
"""What holds where an operator says nothing."""


class Client(Protocol):
    """A connection, as the gate knows it."""

    def tell_refused(self, asked: Any) -> None:
        """Answers a request that was not let in."""
        ...

    def let_in(self, held: Any) -> None:
        """Begins what was held."""
        ...

    def turn_down(self, held: Any) -> None:
        """Refuses what was held."""
        ...

    def look(self, now: float, bearable: Bearable) -> None:
        """Ends it if its client keeps us waiting for longer than can be borne."""
        ...


class Gate:
    """Lets requests in while fewer than ``limit`` are under way; adjusted while it is open.

    ``under_way`` are those that were let in, ``clients`` all connections: both are the server's
    own. ``delay`` tells how long requests wait for each other elsewhere, in seconds; ``lasting``
    are those under way that only wait for what is to come, ``held`` those that are to be begun or
    refused at the next look. Pages of the ``origins`` may read that they are refused. ``unread``
    are those of whom no request came. Once it ``is_closing``, clients are told not to ask by the
    same connection again.
    """

    def __init__(self, bearable: Bearable = USUAL) -> None:
        self.limit = bearable.requests
        self.is_closing = False
        self.delay: Callable[[], float] = lambda: 0.0
        self.under_way: Collection[Any] = ()
        self.clients: Collection[Any] = ()
        self.lasting: Collection[Any] = ()
        self.origins: Collection[str] = ()
        self.unread = Unread()
        self._bearable = bearable
        self._borne = bearable.requests
        self.held = deque[tuple[Client, Any]]()
        self._refused = deque[tuple[float, Client, Any]]()
        self._timer: asyncio.TimerHandle | None = None
        self._due = self._swept = 0.0
        self._lag = self._late = 0.0
        self._untold = 0
        self._said = -_SAID_EVERY

    def has_room(self, under_way: int) -> bool:
        """Whether one more may be held: with it there are no more than could be let in before."""
        return under_way + len(self.held) < self._borne

    def hold(self, client: Client, held: Any) -> None:
        """A request waits until the next look tells whether there is too much to do."""
        self.held.append((client, held))

    def fill(self) -> None:
        """One of those under way has ended, so that the first that is held begins."""
        client, held = self.held.popleft()
        client.let_in(held)

    def refuse(self, client: Client, asked: Any) -> None:
        """A request is not let in, which its client is told soon."""
        self._untold += 1
        self._refused.append((time.monotonic() + _TOLD_AFTER, client, asked))

    def open(self) -> None:
        """From now on it is looked after."""
        self._due = time.monotonic() + _EVERY
        self._timer = asyncio.get_running_loop().call_later(_EVERY, self._look)

    def close(self) -> None:
        """Nobody is let wait any longer."""
        if self._timer is not None:
            self._timer.cancel()
        self._settle(is_borne=False)
        self.limit = self._borne
        now = time.monotonic()
        self._tell(now + _TOLD_AFTER)
        self._say(now)
        self.unread.say()

    def _look(self) -> None:
        now = time.monotonic()
        late = now - self._due
        self._late += max(0.0, late)
        self.adjust(max(late, self.delay()))
        self._tell(now)
        self._sweep(now)
        if now - self._said >= _SAID_EVERY:
            self._say(now)
        self.unread.look(now)
        self.open()

    def adjust(self, lag: float) -> None:
        """The limit after a look that came so late. One long turn is no overload, two are."""
        lasting, self._lag = min(lag, self._lag), lag
        most = self._bearable
        now = min(self._borne, len(self.under_way) - len(self.lasting))
        least = min(_LEAST, most.requests)
        if lasting > most.lag:
            borne = max(now * most.lag / lasting, now / 2)  # by more it would be too many
            self.limit = self._borne = max(least, int(borne))
        elif lag > most.lag:
            self.limit = max(least, now)
        else:
            self._borne = min(most.requests, int(self._borne * _GROWTH) + 1)
            self.limit = self._borne
        self._settle(is_borne=lasting <= most.lag)

    def _settle(self, *, is_borne: bool) -> None:
        """Lets in those that were held, or refuses them."""
        held = [*self.held]
        self.held.clear()
        for client, each in held:
            if is_borne:
                client.let_in(each)
            else:
                client.turn_down(each)

    def _tell(self, now: float) -> None:
        while self._refused and self._refused[0][0] <= now:
            _, client, asked = self._refused.popleft()
            client.tell_refused(asked)

    def _sweep(self, now: float) -> None:
        """Once a second, since what it looks for takes ten.

        While we were held up no client has kept us waiting: what has come may be unread still.
        """
        if now - self._swept < 1:
            return
        self._swept = now
        for client in [*self.clients]:
            client.look(now - self._late, self._bearable)

    def _say(self, now: float) -> None:
        if self._untold:
            count_refused(self._untold)
            _log.warning("overloaded", refused=self._untold, limit=self.limit, lag=self._lag)
            self._untold, self._said = 0, now
