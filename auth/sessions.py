"""In charge of sessions: what is kept of one, how long it lasts, and who keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from auth.known import digest_of

AHEAD: Final = 60.0
"""Seconds before a token dies that a new one is asked for; a quarter of its life if less."""

_ID: Final = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long sessions last, in seconds."""

    whole: float
    idle: float
    """Without a request."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. Times are seconds since 1970."""

    subject: str
    sid: str | None
    """The issuer's own name for it, by which it may end it."""
    id_token: str
    claims: Mapping[str, Any]
    """Those of the ID token."""
    access_token: str | None
    """If it is for us, it says who asks; without it, the ID token does."""
    refresh_token: str | None
    due: float | None
    """When new tokens are to be asked for, if they can be."""
    dead: float
    """When what the issuer said holds no longer."""
    ends: float
    turn: int = 0
    """How often it was renewed."""

    def json(self) -> bytes:
        """As it is kept."""
        # Claims may hold numbers of any size, which orjson does not write.
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()

    @property
    def groups(self) -> list[str]:
        """By what its issuer may end it."""
        named = [group_of_subject(self.subject)]
        return [*named, group_of_sid(self.sid)] if self.sid else named


def session_in(content: bytes) -> Session:
    """What was kept."""
    return Session(**json.loads(content))


def timed(session: Session, now: float, dies: float | None) -> Session:
    """The session with tokens that came now and die then, never if that is not known."""
    dead = session.ends if dies is None else dies
    due = None
    if session.refresh_token is not None and dies is not None:
        due = dead - min(AHEAD, max(0.0, dead - now) / 4)
    return replace(session, due=due, dead=dead)


def group_of_subject(subject: str) -> str:
    """All sessions of somebody."""
    return f"sub:{digest_of(subject.encode()).hex()}"


def group_of_sid(sid: str) -> str:
    """The sessions of one session at the issuer."""
    return f"sid:{digest_of(sid.encode()).hex()}"


def name_of(secret: str) -> str:
    """What is kept by a secret is kept by its hash: who reads the store does not learn it."""
    return digest_of(secret.encode()).hex()


def is_id(text: str) -> bool:
    """Whether it may be one of ours: 256 bits."""
    return _ID.fullmatch(text) is not None


class Store(Protocol):
    """Keeps logins and sessions for all processes, which it cannot read.

    Whatever it fails at, it raises.
    """

    async def keep(self, name: str, login: bytes, seconds: float) -> None:
        """A login, for so long."""
        ...

    async def take(self, name: str) -> bytes | None:
        """The login, once."""
        ...

    async def begin(
        self, name: str, session: bytes, lifetimes: Lifetimes, groups: Sequence[str]
    ) -> None:
        """A session, which its groups find."""
        ...

    async def read(self, name: str, idle: float) -> bytes | None:
        """The session, which from now on may be idle for so long again."""
        ...

    async def there(self, names: Sequence[str]) -> Sequence[str]:
        """Those of these sessions that are kept, which goes for no use of them."""
        ...

    async def shorten(self, name: str, seconds: float) -> None:
        """The session lasts no longer than that, unless it is read."""
        ...

    async def renew(
        self, name: str, session: bytes, lifetimes: Lifetimes, groups: Sequence[str]
    ) -> bool:
        """Puts it in place of what is there, and into these groups as well.

        False, and nothing put, if the session has ended.
        """
        ...

    async def end(self, *names: str) -> None:
        """The sessions are gone, for all processes."""
        ...

    async def found(self, group: str) -> Sequence[str]:
        """The names of the sessions in a group."""
        ...

    async def claim(self, name: str, holder: str, seconds: float) -> bool:
        """Whether this holder, and so nobody else, may renew the session, for so long."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Others may, if this holder still could."""
        ...

    async def close(self) -> None:
        """Lets go of all connections."""
        ...
