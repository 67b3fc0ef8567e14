"""In charge of what can be wrong with who asks: tokens, issuers, logins and their sessions."""

from __future__ import annotations

from catalog.errors import BigraphError


class TokenError(BigraphError):
    """A credential that cannot be honoured; ``error`` is the word of RFC 6750 or 9449 for it."""

    code = "UNAUTHENTICATED"

    def __init__(
        self, message: str, *, error: str = "invalid_token", hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.error = error


class IssuerError(BigraphError):
    """An issuer that does not answer, or not as OpenID Connect says, and was not heard before."""

    code = "ISSUER_UNAVAILABLE"


class LoginError(BigraphError):
    """A login that did not succeed: what came back from the issuer is not what was begun here."""

    code = "LOGIN_FAILED"


class SessionError(BigraphError):
    """A session that is none, or is over."""

    code = "SESSION_EXPIRED"
