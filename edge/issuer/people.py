"""In charge of the people that one may sign in as: read from JSON, and checked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from catalog.errors import BigraphError

# What the issuer itself says in a token (RFC 7519, 9068, OpenID Connect), or what tells its kind.
_RESERVED: Final = frozenset(
    [
        *("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "typ", "cnf", "act"),
        *("client_id", "scope", "roles", "name", "azp", "sid", "auth_time", "nonce"),
        *("acr", "amr", "at_hash", "c_hash", "s_hash", "events"),
    ]
)

_MOST_BYTES: Final = 4000
"""A code travels in an address, with all that it stands for."""

Text = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]
Scope = Annotated[str, Field(max_length=255, pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")]


class PeopleError(BigraphError):
    """People who cannot be signed in as they are described."""

    code = "START_FAILED"


class Person(BaseModel):
    """Somebody to sign in as, and what the issuer will say of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Text
    """Who they are, for ever: the token's ``sub``."""
    name: Text | None = None
    about: Text | None = None
    """What they may do, in a few words, for whoever chooses among them."""
    roles: tuple[Text, ...] = Field(default=(), max_length=100)
    scopes: tuple[Scope, ...] = Field(default=(), max_length=100)
    claims: Mapping[str, Any] = Field(default={}, max_length=100)
    """What else stands in their tokens."""

    @field_validator("claims")
    @classmethod
    def _free(cls, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        if taken := sorted(_RESERVED & claims.keys()):
            raise ValueError(f"{', '.join(taken)} cannot be a claim of one's own")
        return claims

    @model_validator(mode="after")
    def _fits_into_tokens(self) -> Self:
        try:
            text = json.dumps(self.model_dump(), allow_nan=False, ensure_ascii=False).encode()
            self.model_dump(mode="json")  # as codes hold it, which is no deeper than this
        except ValueError:
            raise ValueError("its claims are not JSON in UTF-8") from None
        if len(text) > _MOST_BYTES:
            raise ValueError(f"it is over {_MOST_BYTES} bytes, too much for tokens")
        return self

    @property
    def title(self) -> str:
        """What they are called."""
        return self.name or self.subject


_PEOPLE: Final = TypeAdapter(tuple[Person, ...])


def people_in(text: bytes, place: str) -> Sequence[Person]:
    """The people of a JSON array; raises ``PeopleError``, which says where in ``place`` and why."""
    try:
        people = _PEOPLE.validate_json(text)
    except ValidationError as error:
        raise PeopleError(f"{place}: {reason_of(error)}.") from None
    counted = Counter(person.subject for person in people)
    if twice := [subject for subject, number in counted.items() if number > 1]:
        raise PeopleError(f"{place}: two people have the subject {twice[0]!r}.")
    return people


def reason_of(error: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}" if where else message
