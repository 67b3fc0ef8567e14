"""In charge of what can be wrong with a request to the issuer, in OAuth's own words."""

from __future__ import annotations

import re
from typing import Final

# What a description may not hold (RFC 6749, section 5.2), and how long it gets.
_NOT_IN_TEXT: Final = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_MOST: Final = 200


class OAuthError(Exception):
    """``error`` is the code of RFC 6749, OpenID Connect or their kin; the rest is for people."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = _NOT_IN_TEXT.sub("'", description)[:_MOST]
        self.status = status
