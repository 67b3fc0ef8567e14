"""In charge of who finds out who asks, and who signs browsers in, as the settings say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from auth import Authenticates, Deferred, Late, SignsIn
from auth.issuers import Issuer, Login
from auth.sessions import Lifetimes
from datasources.redis import Replays, Sessions
from edge.issuer import OwnIssuer
from settings import Settings

if TYPE_CHECKING:
    from auth.authenticator import Authenticator

# What reads tokens takes 30 MB, which a graph that is open to all need not spend: so imports are
# in functions here, and with an issuer of our own they wait for the first who shows anything.


def doors(
    settings: Settings, own: OwnIssuer | None, replays: Replays, redis_url: str | None
) -> tuple[Authenticates | None, Late[SignsIn] | None]:
    """By the issuers that are set, else by our own; None where nobody can."""
    if settings.issuers:
        found = _authenticator([each.issuer for each in settings.issuers], replays)
        browsers = _browsers(settings, settings.login, Late(lambda: found), replays, redis_url)
        if browsers is not None:
            browsers()  # whoever comes first need not wait for it
        return found, browsers
    if own is None:
        return None, None
    late = Late(partial(_authenticator, [own.believed()], replays))
    return Deferred(late), _browsers(settings, own.login(), late, replays, redis_url)


def _authenticator(issuers: Sequence[Issuer], replays: Replays) -> Authenticator:
    from auth.authenticator import Authenticator  # noqa: PLC0415

    return Authenticator(issuers, replays)


def _browsers(
    settings: Settings,
    login: Login | None,
    authenticator: Late[Authenticator],
    replays: Replays,
    redis_url: str | None,
) -> Late[SignsIn] | None:
    if login is None or redis_url is None:
        return None

    def made() -> SignsIn:
        from auth.browsers import Browsers  # noqa: PLC0415

        sessions = Sessions(redis_url, space=_space(login))
        lifetimes = Lifetimes(settings.session_lifetime, settings.session_idle)
        return Browsers(login, authenticator(), sessions, replays, lifetimes)

    return Late(made)


def _space(login: Login) -> str:
    """Names the client, so that a session of one is none of another in the same Redis."""
    named = f"{login.issuer.url} {login.client_id}"
    return hashlib.blake2b(named.encode(), digest_size=6).hexdigest()
