"""In charge of all who are connected to this process: how many they may be, and when they must go.

They go when the server does, and when who they are can be believed no longer: when a token expires
or its key is withdrawn, and when a session has ended, in whichever process.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.types import Scope

from auth import ANONYMOUS, Late, Principal, SignsIn
from catalog.errors import exceeded
from datasources.errors import SessionsError
from edge.errors import HttpError, again
from edge.live.messages import ClosingError
from edge.live.rules import LiveRules
from edge.rates import client_of
from telemetry import logger

_PAUSE: Final = 0.5
"""Seconds between two looks."""
_BLIND: Final = 5.0
"""For how many seconds sessions are believed that cannot be asked for."""
_AGAIN_SECONDS: Final = 5
STOPPING: Final = ClosingError(1012, "The server is stopping; connect again")
_OVER: Final = ClosingError(4403, "Forbidden: the credentials are good no longer")
_UNKNOWN: Final = ClosingError(1013, "Whether the session has ended is not known; try again later")
_log = logger("live")


class Guest(Protocol):
    """Somebody who stays."""

    name: Principal
    """Who it was when last asked; the rights may be others by now."""
    session: str | None
    """The session that lets such a one in, if it is one."""

    async def principal(self) -> Principal:
        """Who asks now. Raises ``HttpError``."""
        ...

    def holds(self) -> bool:
        """Whether it can be believed still, as far as this process knows."""
        ...


@dataclass(eq=False, slots=True)
class Visit:
    """A connection, and what ends it, once."""

    end: Callable[[ClosingError], None]
    guest: Guest | None = None


class Presence:
    """The connections of one graph in this process."""

    def __init__(self, browsers: Late[SignsIn] | None, rules: LiveRules) -> None:
        self._browsers = browsers
        self.rules = rules
        self._counts = Counter[str]()
        self.visits = set[Visit]()
        """All connections."""
        self.lasting = set[Visit]()
        """Those that only wait for what is to come, and hold no place of a request."""
        self._watched = set[Visit]()
        self._patrol: asyncio.Task[None] | None = None
        self._stopping = False

    @contextmanager
    def visit(self, scope: Scope, end: Callable[[ClosingError], None]) -> Generator[Visit]:
        """A connection while it lasts. Raises ``HttpError`` if there may be no more from there."""
        if self._stopping:
            raise HttpError(503, "SERVER_STOPPING", "The server is stopping.")
        address, visit = client_of(scope, ANONYMOUS), Visit(end)
        with self._counted(f"address {address}", self.rules.connections_of_address):
            self.visits.add(visit)
            try:
                yield visit
            finally:
                self.visits.discard(visit)
                self.lasting.discard(visit)

    @contextmanager
    def known(self, visit: Visit, guest: Guest, scope: Scope) -> Generator[None]:
        """The same, once it is known whose it is; who may have no more raises ``HttpError``."""
        visit.guest = guest
        if guest.name.subject is None:
            yield
            return
        with self._counted(f"client {client_of(scope, guest.name)}", self.rules.connections):
            self._watched.add(visit)
            if self._patrol is None:
                self._patrol = asyncio.create_task(self._walk())
            try:
                yield
            finally:
                self._watched.discard(visit)

    def stop(self) -> None:
        """The server is stopping: all are told so, and nobody comes any more."""
        self._stopping = True
        for visit in [*self.visits]:
            visit.end(STOPPING)

    @contextmanager
    def _counted(self, name: str, most: int) -> Generator[None]:
        if self._counts[name] >= most:
            message = f"There are {most} connections already, which is the most that may be."
            told = {**exceeded(most + 1, most), **again(_AGAIN_SECONDS)}
            raise HttpError(429, "TOO_MANY_CONNECTIONS", message, details=told)
        self._counts[name] += 1
        try:
            yield
        finally:
            self._counts[name] -= 1
            if not self._counts[name]:
                del self._counts[name]

    async def _walk(self) -> None:
        """Looks at all whose right to be here may end, while there are any."""
        seen = time.monotonic()
        try:
            while self._watched:
                await asyncio.sleep(_PAUSE)
                seen = await self._look(seen)
        finally:
            self._patrol = None

    async def _look(self, seen: float) -> float:
        """Ends who is not to be here; gives when sessions could be asked for last."""
        signed_in = [(visit, visit.guest.session) for visit in self._watched if visit.guest]
        sessions = {session for _, session in signed_in if session}
        try:
            alive = await self._alive(sessions)
            seen = time.monotonic()
        except SessionsError:
            alive = sessions
            if time.monotonic() - seen > _BLIND:
                self._end([visit for visit, session in signed_in if session], _UNKNOWN)
        over = [
            visit
            for visit, session in signed_in
            if (session and session not in alive) or not (visit.guest and visit.guest.holds())
        ]
        self._end(over, _OVER)
        return seen

    async def _alive(self, sessions: set[str]) -> set[str]:
        if not sessions or self._browsers is None:
            return sessions
        return await (await self._browsers.ready()).alive(sessions)

    def _end(self, visits: list[Visit], why: ClosingError) -> None:
        for visit in visits:
            self._watched.discard(visit)
            visit.end(why)
        if visits:
            _log.info("connections_ended", connections=len(visits), reason=why.reason)
