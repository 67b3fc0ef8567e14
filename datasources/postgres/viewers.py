"""In charge of telling Postgres who asks, so that its row-level security can tell rows by it.

All that is told holds for one transaction. It is what the viewer's token says, and is sent as
parameters: whatever is in it, it is never read as SQL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from catalog.change import Isolation, Transaction
from catalog.entity import Entity, Store
from catalog.explained import StorePlan
from catalog.query import Answer, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask, ask_of
from catalog.viewer import Viewer
from datasources.postgres.session import Asked, Result
from datasources.postgres.wire import Wire

_TELL: Final = (
    "SELECT set_config('role', $1, true), set_config('request.jwt.claims', $2, true),"
    " set_config('request.principal', $3, true)"
)


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Telling(NamedTuple):
    """A statement that is a part of telling who asks; its parameters are texts."""

    sql: str
    values: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Tells one viewer from another."""
        return hashlib.blake2b(repr(self.values).encode(), digest_size=12).hexdigest()


_BEGIN: Final = Telling("BEGIN READ ONLY")
_COMMIT: Final = Telling("COMMIT")
"""Ends the transaction whatever came of it: of one that failed it makes a rollback."""


async def run_told(
    wire: Wire, who: Telling, asked: Sequence[Asked], seconds: float
) -> list[Result]:
    """The results of statements in a transaction in which Postgres knows who asks.

    It takes one round trip, and nothing of it stays in the session. Raises as ``Wire.run``.
    """
    _, *results = await wire.run([_BEGIN, who, *asked], seconds, ending=[_COMMIT])
    return results


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of Postgres that people have there: who has signed in, and who has not."""

    signed_in: str
    anonymous: str

    @property
    def names(self) -> Sequence[str]:
        """Each once."""
        return [*dict.fromkeys((self.signed_in, self.anonymous))]

    def telling(self, viewer: Viewer | None) -> Telling:
        """Tells who asks, for the rest of a transaction; None is somebody unknown."""
        if viewer is None or viewer.subject is None:
            return telling(self.anonymous)
        said = {
            "issuer": viewer.issuer,
            "subject": viewer.subject,
            "scopes": sorted(viewer.scopes),
            "roles": sorted(viewer.roles),
        }
        return telling(self.signed_in, viewer.claims, said)


def telling(
    role: str, claims: Mapping[str, Any] = _NOTHING, principal: Mapping[str, Any] = _NOTHING
) -> Telling:
    """Tells the role, the claims, and what was made of them."""
    return Telling(_TELL, (role, _json(claims), _json(principal)))


def _json(said: Mapping[str, Any]) -> str:
    """In ASCII, in which whatever a token can say can be sent."""
    return json.dumps(dict(said), separators=(",", ":"))


class _Told(Protocol):
    """A source that is told who asks with each call."""

    async def run(self, asks: Sequence[Ask], who: Telling) -> list[Mapping[Key, Answer]]: ...

    async def explained(self, asks: Sequence[Ask], who: Telling) -> list[StorePlan]: ...

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]: ...

    async def ping(self) -> str | None: ...

    def begin_for(
        self, isolation: Isolation | None, who: Telling
    ) -> AbstractAsyncContextManager[Transaction]: ...

    def begin_own(
        self, isolation: Isolation | None
    ) -> AbstractAsyncContextManager[Transaction]: ...


class ViewersSource:
    """A ``DataSource`` that reads as one viewer; its connections are the source's."""

    store = Store.POSTGRES

    def __init__(self, source: _Told, roles: Roles, viewer: Viewer) -> None:
        self._source = source
        self._roles = roles
        self._who = roles.telling(viewer)
        self.policy = self._who.fingerprint

    def as_seen_by(self, viewer: Viewer) -> ViewersSource:
        """The same connections, for another."""
        return ViewersSource(self._source, self._roles, viewer)

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Answers each read by one statement of its own, in one transaction and round trip."""
        return await self.run([ask_of(read) for read in reads])

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are already taken apart."""
        return await self._source.run(asks, self._who)

    async def explained(self, asks: Sequence[Ask]) -> list[StorePlan]:
        """Postgres's own plans of the statements of these reads, for this viewer."""
        return await self._source.explained(asks, self._who)

    def begin(self, isolation: Isolation | None = None) -> AbstractAsyncContextManager[Transaction]:
        """A transaction on one of them, in which Postgres knows who writes, too."""
        return self._source.begin_for(isolation, self._who)

    def begin_own(
        self, isolation: Isolation | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """As the source: it is for no viewer."""
        return self._source.begin_own(isolation)

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """As the source has them: no rows are looked at."""
        return await self._source.sizes(entities)

    async def ping(self) -> str | None:
        """As the source."""
        return await self._source.ping()

    async def close(self) -> None:
        """Does nothing: the connections are the source's."""
