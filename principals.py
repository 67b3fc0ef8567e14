"""In charge of whom a command is to look as: by claims, a token, or the name of one of people."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any, Final, cast

from auth import ANONYMOUS, Principal, TokenError
from auth.algorithms import ALGORITHMS
from auth.claims import named
from auth.issuers import Issuer
from auth.profiles import PROFILES
from catalog import Catalog
from edge.access import access_text
from packages import package, people
from resolvers.guards import Guards
from settings import Settings

_NOBODY_S: Final = Issuer("", frozenset(), PROFILES["rfc9068"], ALGORITHMS)
"""Whose claims are read where no issuer is set: as RFC 9068 has them."""


def print_access(settings: Settings, catalog: Catalog, guards: Guards, given: str | None) -> int:
    """Prints what somebody may do; nobody, without a word. Raises ``TokenError`` and the like."""
    principal = ANONYMOUS if given is None else _principal(settings, given)
    sys.stdout.write(access_text(catalog, principal, guards))
    return 0


def _principal(settings: Settings, given: str) -> Principal:
    """Who is meant; claims are believed as they are, a token only if its issuer says so."""
    if given.lstrip().startswith("{"):
        return _claiming(settings, given)
    for person in people(package(settings.models, "MODELS")):
        if person.subject == given:
            return Principal(
                None,
                person.subject,
                frozenset(person.scopes),
                frozenset(person.roles),
                {**person.claims, "sub": person.subject},
            )
    if settings.issuers:
        return asyncio.run(_bearing(settings, given))
    raise TokenError(
        "No ISSUERS are set, so nobody can tell whose token this is.",
        hint="Give its claims as JSON, or a subject of people.json.",
    )


def _claiming(settings: Settings, given: str) -> Principal:
    try:
        claims: Any = json.loads(given)
    except ValueError as error:
        raise TokenError(f"The claims are no JSON object: {error}.") from None
    claims = cast("Mapping[str, Any]", claims)
    issuers = {each.url: each.issuer for each in settings.issuers}
    first = next(iter(issuers.values()), _NOBODY_S)
    return named(claims, issuers.get(str(claims.get("iss")), first))


async def _bearing(settings: Settings, token: str) -> Principal:
    # What reads tokens takes 30 MB, which no other command need spend.
    from auth.authenticator import Authenticator  # noqa: PLC0415
    from datasources.redis import Replays  # noqa: PLC0415

    authenticator = Authenticator([each.issuer for each in settings.issuers], Replays(None))
    try:
        return (await authenticator.known(token)).principal
    finally:
        await authenticator.close()
