"""In charge of what was granted at a sign-in, while it is a code and while it can be refreshed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from edge.issuer.people import Person

CODE_SECONDS: Final = 60.0
"""For how long a code can be redeemed."""

SESSION_SECONDS: Final = 28_800.0
"""For how long after the sign-in its tokens can be refreshed."""


class Grant(BaseModel):
    """Who signed in, to which client, and what it may do for them."""

    model_config = ConfigDict(frozen=True)

    person: Person
    client_id: str
    scopes: tuple[str, ...]
    signed_in: int
    """Seconds since 1970."""
    session: str
    """Names this sign-in, in all tokens that come of it."""

    def narrowed(self, scopes: Sequence[str]) -> Self:
        """The same for fewer scopes."""
        return self.model_copy(update={"scopes": tuple(scopes)})


class Code(BaseModel):
    """What a code stands for until it is redeemed, once."""

    model_config = ConfigDict(frozen=True)

    grant: Grant
    redirect_uri: str
    challenge: str
    nonce: str | None


def new_name() -> str:
    """A name that nobody can guess and nothing else has."""
    return secrets.token_urlsafe(16)
