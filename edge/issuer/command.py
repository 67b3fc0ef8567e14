"""In charge of access tokens for who works at the command line."""

from __future__ import annotations

import time
from typing import Final

from pydantic import ValidationError

from edge.issuer.asked import scopes_in
from edge.issuer.clients import COMMAND_LINE
from edge.issuer.errors import OAuthError
from edge.issuer.grants import Grant, new_name
from edge.issuer.keys import KeyFile
from edge.issuer.own import OwnIssuer
from edge.issuer.people import PeopleError, Person, reason_of
from edge.issuer.tokens import Tokens

SECONDS: Final = 3600
"""For how long such a token is good."""


def token_for(own: OwnIssuer, subject: str, scope: str | None) -> str:
    """An access token with these scopes, or all that the person has; raises ``PeopleError``."""
    try:
        scopes = scopes_in(scope)
        person = _person(own, subject, tuple(scopes))
    except OAuthError as error:
        raise PeopleError(error.description) from None
    except ValidationError as error:
        raise PeopleError(f"{reason_of(error)}.") from None
    if lacking := [name for name in scopes if name not in person.scopes]:
        message = f"{person.subject} does not have the scope {', '.join(lacking)}."
        raise PeopleError(message, hint=f"There are: {', '.join(person.scopes) or 'none'}.")
    now = time.time()
    grant = Grant(
        person=person,
        client_id=COMMAND_LINE,
        scopes=tuple(scopes) or person.scopes,
        signed_in=int(now),
        session=new_name(),
    )
    tokens = Tokens(own.url, own.audience, KeyFile(own.folder))
    return tokens.access(grant, now, SECONDS)


def _person(own: OwnIssuer, subject: str, scopes: tuple[str, ...]) -> Person:
    if not own.people:
        return Person(subject=subject, scopes=scopes)
    found = {person.subject: person for person in own.people}
    if subject not in found:
        raise PeopleError(f"There is no {subject!r}.", hint=f"There are: {', '.join(found)}.")
    return found[subject]
