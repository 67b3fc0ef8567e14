"""In charge of taking a signed token apart: strictly, so that it has one spelling and one meaning.

Libraries take base64 with odd trailing bits, members that stand twice, or texts that are no texts;
two parties may then read two tokens in one. Here all of that is refused.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from auth.errors import TokenError

MOST_CHARACTERS: Final = 16_384
"""A longer token is not looked at."""

_SHAPE: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Compact:
    """A token in its parts, none of which is to be trusted before the signature is."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def is_compact(token: str) -> bool:
    """Whether it is made as a signed token is; else it can only mean something to its issuer."""
    return token.count(".") == 2  # noqa: PLR2004 (header, claims, signature)


def compact_of(token: str) -> Compact:
    """The parts of a token; raises ``TokenError`` if it is not exactly what RFC 7515 describes."""
    if len(token) > MOST_CHARACTERS:
        raise TokenError(f"The token is longer than {MOST_CHARACTERS} characters.")
    if not _SHAPE.fullmatch(token):
        raise TokenError("The token is no signed JSON web token.")
    signed, _, signature = token.rpartition(".")
    header, _, claims = signed.partition(".")
    try:
        read = _object(header), _object(claims)
        return Compact(*read, signed.encode(), bytes_of(signature))
    except (ValueError, TypeError, RecursionError):
        raise TokenError("The token is not written as a JSON web token is.") from None


def bytes_of(text: str) -> bytes:
    """What base64url text means, if this is how it is written; raises ``ValueError``."""
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if text_of(content) != text:
        raise ValueError("it is not written in base64url")
    return content


def text_of(content: bytes) -> str:
    """The one way to write these bytes in base64url."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _object(text: str) -> Mapping[str, Any]:
    read = json.loads(
        bytes_of(text).decode(), object_pairs_hook=_without_twins, parse_constant=_refused
    )
    # A half of a surrogate pair is no text: no store takes it, no answer could show it.
    json.dumps(read, ensure_ascii=False).encode()
    if not isinstance(read, dict):
        raise TypeError("it is no object")
    return cast("Mapping[str, Any]", read)


def _without_twins(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) != len(members):
        raise ValueError("a member stands twice")
    return made


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
