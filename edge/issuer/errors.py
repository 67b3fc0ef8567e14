"""In charge of what can be wrong with a request to the issuer, in OAuth's own words."""

from __future__ import annotations


class OAuthError(Exception):
    """``error`` is the code of RFC 6749, OpenID Connect or their kin; the rest is for people."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
