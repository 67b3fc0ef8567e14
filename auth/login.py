"""In charge of one login on its way: what is remembered of it here, and what may come back.

Pure: `browsers.py` keeps it, sends the browser to the issuer and takes it back.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from posixpath import normpath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import orjson

from auth.errors import LoginError

SECONDS: Final = 600.0
"""For so long somebody may take to sign in."""

_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)
_MOST_CHARACTERS: Final = 2_000
AGAIN: Final = "Begin again at /auth/login."
_ERROR: Final = re.compile(r"[a-z_]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A login that was begun; its ``state`` is the name that it is kept by."""

    nonce: str
    verifier: str
    """The secret of PKCE (RFC 7636), which the issuer alone is ever shown."""
    return_to: str
    redirect_uri: str

    def json(self) -> bytes:
        """As it is kept."""
        return orjson.dumps(asdict(self))


def begun(return_to: str, redirect_uri: str) -> Transaction:
    """A login with secrets of its own."""
    return Transaction(new_secret(), new_secret(), return_to, redirect_uri)


def transaction_in(content: bytes) -> Transaction:
    """What was kept."""
    return Transaction(**orjson.loads(content))


def code_in(answer: Mapping[str, str], issuer: str, metadata: Mapping[str, Any]) -> str:
    """The code that the issuer sends; raises ``LoginError`` if it sends none, or is another.

    RFC 9207: an issuer that promises to names itself in each answer; one that does anyway must be
    right.
    """
    named = answer.get("iss")
    promised = metadata.get("authorization_response_iss_parameter_supported") is True
    if named != issuer if named is not None else promised:
        raise LoginError("The answer is not of the issuer that was asked.", hint=AGAIN)
    if "error" in answer:
        raise refused(answer["error"])
    if not answer.get("code"):
        raise LoginError("The issuer sends no code.", hint=AGAIN)
    return answer["code"]


def refused(error: object) -> LoginError:
    """The issuer's no, by its own word if that is one of OAuth's."""
    word = error if isinstance(error, str) and _ERROR.fullmatch(error) else "no reason given"
    return LoginError(f"The issuer refuses the login: {word}.", hint=AGAIN)


def is_own_path(text: str) -> bool:
    """Whether a browser that is sent there stays on this server, and does not begin a login."""
    ours = _PATH.fullmatch(text) is not None and len(text) <= _MOST_CHARACTERS
    path = normpath(unquote(urlsplit(text).path)) if ours else ""
    return ours and not f"{path}/".startswith("/auth/")


def new_secret() -> str:
    """256 bits that nobody can guess, as text of a URL."""
    return secrets.token_urlsafe(32)
