"""In charge of the development issuer as the server knows it: light until it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.deferred import Lazy
from auth.issuers import Issuer, Login
from auth.profiles import PROFILES
from datasources.redis import Replays
from edge.issuer.clients import CLIENT_ID
from edge.issuer.people import Person

PATH: Final = "/issuer"
"""Where it is, below the server's own address."""

ALGORITHM: Final = "RS256"
"""By which it signs: the one that every client of OpenID Connect knows."""


@dataclass(frozen=True)
class OwnIssuer:
    """Says of whoever asks that he is whom he chose to be, so it is for one machine only.

    Nothing that signs is loaded before the first request to it.
    """

    origin: str
    """Where clients find the server, without a path."""
    folder: Path
    """Where its keys are."""
    people: Sequence[Person]

    @property
    def url(self) -> str:
        """Its name in tokens, and where it describes itself."""
        return self.origin + PATH

    @property
    def audience(self) -> str:
        """What names this server in its tokens."""
        return f"{self.origin}/graphql"

    def believed(self) -> Issuer:
        """The same, as those take it who find out who asks: an issuer like any other."""
        profile, algorithms = PROFILES["rfc9068"], frozenset({ALGORITHM})
        return Issuer(self.url, frozenset({self.audience}), profile, algorithms)

    def login(self) -> Login:
        """How browsers sign in with it: all that somebody may do here is theirs."""
        return Login(self.believed(), CLIENT_ID, scopes=("openid", "profile", "offline_access"))

    def route(self, replays: Replays) -> BaseRoute:
        """All that it answers; ``replays`` remembers what it has taken, for all workers."""
        app = Lazy(partial(self._app, replays))

        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            await (await app.ready())(scope, receive, send)

        return Mount(PATH, answered)

    def remember(self) -> None:
        """Notes where it is, for `server.py token`; raises ``OSError``."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _note(self.folder).write_text(self.origin, "utf-8")

    def _app(self, replays: Replays) -> ASGIApp:
        from edge.issuer.site import app_of  # noqa: PLC0415 (what signs takes 30 MB)

        return app_of(self, replays)


def remembered(folder: Path) -> str | None:
    """The origin of the server that ran last on this folder, if any did."""
    try:
        return _note(folder).read_text("utf-8")
    except OSError:
        return None


def _note(folder: Path) -> Path:
    return folder / "origin"
